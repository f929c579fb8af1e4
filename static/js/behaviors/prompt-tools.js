// Opens the dialogs that write into the composer's prompt. What they need is loaded when one is first opened.
//
// Markup: <a data-prompt-dialog="/address/of/a/dialog/"> beside a [data-prompt]; without a script it is a link.

document.addEventListener("click", async (event) => {
  const opener = event.target.closest?.("[data-prompt-dialog]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { open } = await import("../modules/prompt-tools.js");
  open(opener);
});
