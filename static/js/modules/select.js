// Select mode of a list: boxes on cards, ranges with Shift, everything that matches, and the bar of actions.
//
// Markup: .timeline gets data-selecting; boxes are [name="ids"][form="selection"]; the bar is form#selection in
//   #select-slot, fetched when the mode begins. In it: [data-select-count], [data-select-all], [data-select-leave],
//   [data-needs-selection], and the field "all".
// A box that a live update brings again keeps its tick.

const BOX = '[name="ids"][form="selection"]';
const chosen = new Set();
let anchor = null;

const list = () => document.getElementById("timeline");
const bar = () => document.getElementById("selection");
const boxes = () => [...document.querySelectorAll(`[data-card] ${BOX}`)];
const isAll = () => bar()?.elements.all.value === "1";

export async function begin(address) {
  list()?.setAttribute("data-selecting", "");
  // The key that ticks a box begins the mode as well; its tick came before this module did.
  for (const box of boxes()) {
    if (!box.checked || chosen.has(box.value)) continue;
    chosen.add(box.value);
    anchor = box;
  }
  if (!bar()) {
    await window.htmx.ajax("GET", address, { target: "#select-slot", swap: "innerHTML" });
  }
  attach();
}

function leave() {
  for (const box of boxes()) box.checked = false;
  chosen.clear();
  anchor = null;
  list()?.removeAttribute("data-selecting");
  document.getElementById("select-slot")?.replaceChildren();
  document.querySelector("[data-select-toggle]")?.focus();
}

export function attach() {
  const form = bar();
  if (!form || form.dataset.awake === "") return show();
  form.dataset.awake = "";
  form.querySelector("[data-select-leave]").addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  form.querySelector("[data-select-all]").addEventListener("click", () => setAll(!isAll()));
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || event.detail.elt !== form) return;
    for (const menu of form.querySelectorAll(":popover-open")) menu.hidePopover();
    setTimeout(show);
  });
  show();
}

function setAll(isOn) {
  bar().elements.all.value = isOn ? "1" : "";
  for (const box of boxes()) {
    box.checked = isOn;
    remember(box);
  }
  show();
}

function remember(box) {
  if (box.checked) chosen.add(box.value);
  else chosen.delete(box.value);
}

function show() {
  const form = bar();
  if (!form) return;
  for (const box of boxes()) box.checked = isAll() || chosen.has(box.value);
  const present = new Set(boxes().map((box) => box.value));
  for (const id of chosen) if (!present.has(id)) chosen.delete(id);
  const count = form.querySelector("[data-select-count]");
  count.textContent = isAll() ? form.dataset.all : form.dataset.selected.replace("%s", chosen.size);
  form.querySelector("[data-select-all]").setAttribute("aria-pressed", String(isAll()));
  for (const button of form.querySelectorAll("[data-needs-selection]")) button.disabled = !isAll() && !chosen.size;
}

function range(from, to) {
  const all = boxes();
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  if (first < 0) return;
  for (const box of all.slice(first, last + 1)) {
    box.checked = to.checked;
    remember(box);
  }
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(BOX);
  if (!box || !bar()) return;
  if (isAll()) bar().elements.all.value = "";
  if (event.shiftKey && anchor?.isConnected) range(anchor, box);
  remember(box);
  anchor = box;
  show();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !bar() || document.querySelector("dialog[open], :popover-open")) return;
  event.preventDefault();
  leave();
});

for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(name, () => setTimeout(show));
