// Opens the painter of masks over the first image to edit, and puts the mask into its tile.
//
// Markup: <button data-behavior="mask" data-mask-url="/inputs/mask/"> inside [data-tile="mask"] of a form whose images lie
//   in [data-tile="edit_image"]. What paints is loaded when it is first opened.

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.('[data-behavior~="mask"]');
  const tile = button?.closest("[data-tile]");
  const image = button?.form.querySelector('[data-tile="edit_image"] [data-items] > [data-asset]');
  if (!image) return;
  const earlier = tile.querySelector("[data-items] > [data-asset]");
  const [{ paint }, { take }] = await Promise.all([import("../modules/mask.js"), import("../modules/tray.js")]);
  const address = new URLSearchParams({ image: image.dataset.asset, mask: earlier?.dataset.asset ?? "" });
  const file = await paint(`${button.dataset.maskUrl}?${address}`);
  if (file && tile.isConnected) take([file], tile);
  button.focus();
});
