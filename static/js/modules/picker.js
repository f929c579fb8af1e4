// The picker's dialog: fetched when it is opened, gone when it is closed.
//
// Use: const files = await pick({ media: "image", most: 4 }); an empty list when nothing was chosen.
// Markup: templates/library/_picker.html: #picker[data-most] with button[data-pick] and, for several, [data-picker-use].

import { fetchDialog } from "./dialogs.js";

const ADDRESS = "/picker/";

const fileOf = (item) => {
  const { pick: id, media, mime, name, thumbnail = "", original, width, height, length } = item.dataset;
  return { id, media, mime, name, thumbnail, original, width, height, length };
};

function step(dialog, key) {
  const items = [...dialog.querySelectorAll("[data-pick]")];
  const at = items.indexOf(document.activeElement);
  if (at < 0) return false;
  const columns = getComputedStyle(dialog.querySelector("#picker-grid")).gridTemplateColumns.split(" ").length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (!by) return false;
  items[at + by]?.focus();
  return true;
}

function mark(dialog, chosen) {
  for (const item of dialog.querySelectorAll("[data-pick]")) {
    const place = [...chosen.keys()].indexOf(item.dataset.pick);
    item.setAttribute("aria-pressed", String(place >= 0));
    item.querySelector(".picker__mark").textContent = place >= 0 ? String(place + 1) : "";
  }
  const use = dialog.querySelector("[data-picker-use]");
  if (use) use.disabled = !chosen.size;
}

function toggle(chosen, item, most) {
  const { pick: id } = item.dataset;
  if (chosen.has(id)) chosen.delete(id);
  else if (chosen.size < most) chosen.set(id, fileOf(item));
}

export async function pick({ media = "image", most = 1 }) {
  const dialog = await fetchDialog(`${ADDRESS}?${new URLSearchParams({ media, max: most })}`);
  if (!dialog) return [];
  const chosen = new Map();
  const isSingle = most === 1;
  return new Promise((resolve) => {
    let isTaken = false;
    const take = () => {
      isTaken = true;
      dialog.close();
    };
    dialog.addEventListener("click", (event) => {
      const item = event.target.closest("[data-pick]");
      if (event.target.closest("[data-picker-use]")) take();
      if (!item) return;
      toggle(chosen, item, most);
      if (isSingle) take();
      else mark(dialog, chosen);
    });
    dialog.addEventListener("keydown", (event) => { if (step(dialog, event.key)) event.preventDefault(); });
    // A further page or another search brings new items; what is chosen stays chosen.
    dialog.addEventListener("htmx:afterSettle", () => mark(dialog, chosen));
    dialog.addEventListener("close", () => {
      dialog.parentElement.remove();
      resolve(isTaken ? [...chosen.values()] : []);
    });
    dialog.showModal();
  });
}
