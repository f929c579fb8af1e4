// Opens the palette by Ctrl+K, on a Mac by ⌘K, from anywhere but the middle of a composition. It is loaded when it is
// first opened.
//
// Markup: [data-palette] opens it, too.

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

async function open() {
  const { openPalette } = await import("../modules/palette.js");
  openPalette();
}

document.addEventListener("keydown", (event) => {
  const isAsked = event.key.toLowerCase() === "k" && (isApple ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey;
  if (!isAsked || event.isComposing || event.repeat) return;
  event.preventDefault();
  open();
});

document.addEventListener("click", (event) => { if (event.target.closest?.("[data-palette]")) open(); });
