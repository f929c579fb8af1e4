// Opens items over the list that they stand in, and wakes the controls of a viewer. Both are loaded when first needed.
//
// Markup: [data-behavior~="compare"] are two files to compare; a picker's button with data-compare="address" leads to the
//   comparison with what is picked. [data-behavior~="viewer"] is a viewer with its controls; links [data-card-open] to /g/<id>/ inside #timeline
//   open as a dialog under their own address, which the way back closes; with Ctrl, ⌘, Shift or the middle button, and
//   without a script, they are links like any other. [data-copy-image="address"] copies a picture.
// History: an address of an item that is reached by the browser's own buttons is shown over the list again; the list's
//   address closes it. htmx would load the page anew instead, so it is not asked.

const isItem = (path) => path.startsWith("/g/");
const dialogOf = () => document.getElementById("viewer-dialog");
const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

function attach() {
  for (const viewer of document.querySelectorAll('[data-behavior~="viewer"]:not([data-attached])')) {
    viewer.setAttribute("data-attached", "");
    import("../modules/viewer.js").then((module) => module.attach(viewer));
  }
  for (const section of document.querySelectorAll('[data-behavior~="compare"]:not([data-attached])')) {
    section.setAttribute("data-attached", "");
    import("../modules/compare.js").then((module) => module.attach(section));
  }
}

// A file that was picked to be compared with the one in front.
document.addEventListener("picker:chosen", (event) => {
  const { compare } = event.target.dataset;
  if (compare) location.assign(compare + event.detail.files[0].id);
});

document.addEventListener("click", async (event) => {
  const picture = event.target.closest?.("[data-copy-image]");
  if (picture) (await import("../modules/copy-image.js")).copyImage(picture);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#timeline [data-card-open]");
  if (!link || !isPlain(event) || !isItem(link.pathname) || event.defaultPrevented) return;
  event.preventDefault();
  import("../modules/viewer-dialog.js").then((module) => module.open(link));
});

window.addEventListener("popstate", (event) => {
  const isList = Boolean(document.getElementById("timeline"));
  const isShown = Boolean(dialogOf()?.open);
  if (isList && (isShown || isItem(location.pathname))) {
    event.stopImmediatePropagation();
    import("../modules/viewer-dialog.js").then((module) => module.follow());
  } else if (!isItem(location.pathname) && document.getElementById("viewer-root")) location.reload();
}, true);

document.addEventListener("htmx:load", attach);
attach();
