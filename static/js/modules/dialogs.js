// Fetches a dialog that only few people open, together with the stylesheet that it links.
//
// Use: const dialog = await fetchDialog("/picker/?media=image"); null when the server answers none. Whoever opens it takes
//   its parent element away when it closes; takeAway(dialog) does so when no answer is awaited in it any more.

// Before the stylesheet is there the dialog would stand naked for a moment.
export const styled = (dialog) => new Promise((resolve) => {
  const link = dialog.querySelector('link[rel="stylesheet"]');
  if (!link || link.sheet) resolve();
  else for (const event of ["load", "error"]) link.addEventListener(event, resolve, { once: true });
});

// What an answer says beside its own place is lost when its asker has left the page.
export function takeAway(dialog) {
  if (!dialog.querySelector(".htmx-request")) {
    dialog.remove();
    return;
  }
  dialog.removeAttribute("id");
  dialog.addEventListener("htmx:afterRequest", () => takeAway(dialog), { once: true });
}

export async function fetchDialog(address) {
  const place = document.createElement("div");
  document.body.append(place);
  await window.htmx.ajax("GET", address, { target: place, swap: "innerHTML" });
  const dialog = place.querySelector("dialog");
  if (!dialog) {
    place.remove();
    return null;
  }
  await styled(dialog);
  return dialog;
}
