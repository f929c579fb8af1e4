// The palette's dialog: asked of the server as one types, moved through by arrows, left by Escape.
//
// The words stay in the field and the focus with them; aria-activedescendant says which line is meant. Enter takes it
// when its list answers what stands in the field; a composition of an input method is never taken for words.

import { fetchDialog } from "./dialogs.js";

const ADDRESS = "/palette/";
const ASK_MS = 120;

const dialogOf = () => document.getElementById("palette");
const optionsOf = (dialog) => [...dialog.querySelectorAll('[role="option"]')];

function select(dialog, option) {
  for (const other of optionsOf(dialog)) other.setAttribute("aria-selected", String(other === option));
  const field = dialog.querySelector("#palette-words");
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function move(dialog, direction) {
  const options = optionsOf(dialog);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  select(dialog, options[(at + direction + options.length) % options.length]);
}

function take(dialog, event) {
  const option = dialog.querySelector('[role="option"][aria-selected="true"]');
  if (!option) return;
  if (option.href && (event.ctrlKey || event.metaKey)) window.open(option.href, "_blank", "noopener");
  else option.click();
}

function wire(dialog) {
  const field = dialog.querySelector("#palette-words");
  let timer = 0;
  let isWanted = null;
  const ask = () => { window.htmx.trigger(field, "palette:ask"); };
  const isAnswered = () => dialog.querySelector("#palette-list").dataset.words === field.value.trim();

  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, ASK_MS);
  });
  field.addEventListener("compositionend", () => { timer = setTimeout(ask, ASK_MS); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (direction) {
      event.preventDefault();
      move(dialog, direction);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // Who types fast and presses Enter means what is still being asked for.
      if (isAnswered()) take(dialog, event);
      else isWanted = event;
    }
  });
  dialog.addEventListener("htmx:afterSettle", () => {
    select(dialog, optionsOf(dialog)[0]);
    if (!isWanted || !isAnswered()) return;
    const event = isWanted;
    isWanted = null;
    take(dialog, event);
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[data-press]");
    if (!option) return;
    dialog.close();
    document.querySelector(option.dataset.press)?.click();
  });
  dialog.addEventListener("close", () => dialog.parentElement.remove());
}

export async function openPalette() {
  if (dialogOf()) {
    dialogOf().close();
    return;
  }
  const dialog = await fetchDialog(ADDRESS);
  if (!dialog) return;
  document.querySelector("#person-menu:popover-open")?.hidePopover();
  wire(dialog);
  dialog.showModal();
  dialog.querySelector("#palette-words").focus();
  select(dialog, optionsOf(dialog)[0]);
}
