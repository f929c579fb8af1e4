// Opens and closes dialogs.
//
// Markup: data-dialog="id" on a button (or on a link to the page that does the same without a script) opens the
//   <dialog id="id">; a click beside it, Escape, data-dialog-close, or a form method="dialog" closes it.
//   After a successful post from a form inside it, it closes by itself, unless it says data-stays.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    opener.closest("[popover]")?.hidePopover();
    if (!dialog.open) dialog.showModal();
    return;
  }
  const open = event.target.closest("dialog[open]");
  if (open && event.target.closest("[data-dialog-close]")) open.close();
  if (open !== event.target || !open.matches(":modal")) return;
  // The backdrop belongs to the dialog; only the place of the click tells it from the surface.
  const box = open.getBoundingClientRect();
  const isInside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!isInside) open.close();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.requestConfig?.verb === "get") return;
  event.detail.elt.closest?.("dialog[open]:not([data-stays])")?.close();
});
