// Opens the picker, a dialog in which files of the library are chosen. What it needs is loaded when it is first opened.
//
// Markup: <button data-behavior="picker" data-picker-media="image,video" data-picker-max="4" aria-haspopup="dialog">.
// Event: "picker:chosen" bubbles from the button with {files}: for each its id, media, mime, name, thumbnail, original,
//   width, height and length.

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.('[data-behavior~="picker"]');
  if (!button) return;
  event.preventDefault();
  const { pick } = await import("../modules/picker.js");
  const files = await pick({ media: button.dataset.pickerMedia, most: Number(button.dataset.pickerMax) || 1 });
  if (files.length && button.isConnected) {
    button.dispatchEvent(new CustomEvent("picker:chosen", { bubbles: true, detail: { files } }));
  }
});
