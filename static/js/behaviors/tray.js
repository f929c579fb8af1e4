// Takes files for a prompt: by the file dialog, dropped anywhere on the page, or pasted; lets them be ordered and removed.
// What does the work is in modules/tray.js, which is loaded when a file first comes.
//
// Markup: <form data-behavior="tray" data-input-url="/inputs/"> with [data-tile="role"] for each role, see
//   templates/generations/_composer_tile.html. A page marks a drag over it by [data-dropping] on the form.
// Keys on an item: Alt+← and Alt+→ move it, Delete removes it.
// Events: "tray:changed" bubbles from a tile whenever what lies in it has changed.

const FORM = 'form[data-behavior~="tray"]';
const ITEM = "[data-items] > *";
const load = () => import("../modules/tray.js");
const formOf = () => document.querySelector(FORM);
const tileOf = (element) => element.closest?.(`${FORM} [data-tile]`) ?? null;
let dragged = null;

document.addEventListener("change", async (event) => {
  const tile = event.target.matches?.('input[type="file"]') && tileOf(event.target);
  if (!tile) return;
  const files = [...event.target.files];
  // The form carries what the server has; a file control that keeps its files would send them a second time.
  event.target.value = "";
  if (files.length) (await load()).take(files, tile);
});

document.addEventListener("paste", async (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const form = formOf();
  if (!files.length || !form || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  (await load()).spread(files, form);
});

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && formOf();

const endDropping = () => document.querySelectorAll("[data-dropping]").forEach((form) => form.removeAttribute("data-dropping"));

// A single file that carries its recipe, dropped beside every tile, brings back what it was made with.
async function withoutRecipe(files) {
  if (files.length !== 1) return files;
  const { restore } = await import("../modules/recipes.js");
  const { spread } = await load();
  return await restore(files[0], formOf(), (file) => spread([file], formOf())) ? [] : files;
}

document.addEventListener("dragstart", (event) => { dragged = event.target.closest?.(`${FORM} ${ITEM}`) ?? null; });

document.addEventListener("dragend", () => { dragged = null; });

document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) endDropping(); });

document.addEventListener("dragover", (event) => {
  const target = event.target.closest?.(ITEM);
  if (dragged) {
    if (target?.parentNode === dragged.parentNode) event.preventDefault();
  } else if (carriesFiles(event)) {
    event.preventDefault();
    formOf().setAttribute("data-dropping", "");
  }
});

document.addEventListener("drop", async (event) => {
  endDropping();
  const target = event.target.closest?.(ITEM);
  const item = dragged;
  if (item && target?.parentNode === item.parentNode) {
    event.preventDefault();
    (await load()).move(item, [...target.parentNode.children].indexOf(target));
  } else if (!item && carriesFiles(event)) {
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    const tile = tileOf(event.target);
    const { spread, take } = await load();
    if (tile) take(files, tile);
    else spread(await withoutRecipe(files), formOf());
  }
});

document.addEventListener("picker:chosen", async (event) => {
  const tile = tileOf(event.target);
  if (tile) (await load()).pick(event.detail.files, tile);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-remove], [data-cut], [data-again]");
  if (button && tileOf(button)) (await load()).press(button);
});

document.addEventListener("keydown", async (event) => {
  const item = event.target.matches?.(`${FORM} ${ITEM}`) ? event.target : null;
  const step = event.altKey && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const isRemoval = event.key === "Delete" || event.key === "Backspace";
  if (!item || (!step && !isRemoval)) return;
  event.preventDefault();
  const { move, remove } = await load();
  if (step) move(item, [...item.parentNode.children].indexOf(item) + step);
  else remove(item);
});

// Nobody pays for an order without a file that is still on its way, or was just refused.
document.addEventListener("submit", (event) => {
  const form = event.target.matches?.(FORM) && event.target;
  if (!form || !form.querySelector("[data-tile] :is([data-pending], [data-problem])")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  load().then(({ hold }) => hold(form));
}, true);

document.addEventListener("session:renewed", () => {
  if (document.querySelector(`${FORM} [data-failed-upload]`)) load().then(({ retryAll }) => retryAll());
});
