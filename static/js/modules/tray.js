// The files of a prompt as they lie in their tiles: added, ordered, numbered, removed.
//
// Each file is sent to the server as soon as it is chosen (intake.js); its answer is the item that stands in the tile,
// or a problem in words below it. The form then carries only ids.

import { retry, send, stop } from "./intake.js";

const itemsOf = (tile) => tile.querySelector("[data-items]");
const problemsOf = (tile) => tile.querySelector("[data-problems]");
const mostOf = (tile) => Number(tile.dataset.most) || 1;
const roomOf = (tile) => mostOf(tile) - itemsOf(tile).children.length;
const isOff = (tile) => tile.querySelector('input[type="file"]').disabled;
const isAside = (tile) => Boolean(tile.closest("[data-choosable][hidden]"));
const takes = (tile, file) => !file.type || file.type.startsWith(`${tile.dataset.media}/`);

export function tidy(tile) {
  const items = [...itemsOf(tile).children];
  const lines = [];
  items.forEach((item, place) => {
    const number = item.querySelector("[data-number]");
    if (number) number.textContent = String(place + 1);
    const label = [item.querySelector("[data-label]")?.textContent, number?.textContent].filter(Boolean).join(" ");
    if (item.dataset.note) lines.push(`${label}: ${item.dataset.note}`);
  });
  tile.querySelector("[data-notes]").textContent = lines.join(" ");
  tile.toggleAttribute("data-full", items.length >= mostOf(tile));
  const picker = tile.querySelector("[data-picker-max]");
  if (picker) picker.dataset.pickerMax = String(Math.max(1, roomOf(tile)));
  tile.dispatchEvent(new CustomEvent("tray:changed", { bubbles: true }));
  release(tile.closest("form"));
}

function say(tile, name, sentence) {
  const problem = document.createElement("li");
  problem.className = "reference-tray__problem";
  problem.dataset.problem = "";
  const words = document.createElement("span");
  words.textContent = `${name}: ${sentence}`;
  const close = tile.querySelector("template").content.querySelector("[data-remove]").cloneNode(true);
  close.className = "button";
  close.dataset.shape = "icon";
  close.dataset.variant = "quiet";
  close.setAttribute("aria-label", name);
  problem.append(words, close);
  problemsOf(tile).append(problem);
}

function place(tile, order) {
  const items = itemsOf(tile);
  if (mostOf(tile) === 1) items.replaceChildren();
  if (!roomOf(tile)) {
    say(tile, order.name, tile.dataset.tooMany);
    return;
  }
  const item = tile.querySelector("template").content.firstElementChild.cloneNode(true);
  item.querySelector("[data-name]").textContent = order.name;
  items.append(item);
  send(item, tile, order, arrive);
}

// The server's answer: an item, or a problem.
function arrive(item, tile, html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const answer = template.content.firstElementChild;
  const twin = answer.id && tile.querySelector(`#${CSS.escape(answer.id)}`);
  if (twin && twin !== item) twin.remove();
  if (answer.matches("[data-problem]")) {
    item.remove();
    problemsOf(tile).append(answer);
  } else item.replaceWith(answer);
  tidy(tile);
}

function show(tile) {
  const list = tile.closest("[data-choosable][hidden]");
  const radio = list && tile.closest("form").querySelector(`input[name="input_group"][data-number="${list.dataset.group}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

export function take(files, tile) {
  show(tile);
  for (const file of files) place(tile, { file, name: file.name });
  tidy(tile);
}

export function pick(files, tile) {
  show(tile);
  for (const file of files) place(tile, { asset: file.id, name: file.name });
  tidy(tile);
}

// A file that was dropped beside every tile goes to the first one in sight that takes it and has room.
export function spread(files, form) {
  for (const file of files) {
    const fitting = [...form.querySelectorAll("[data-tile]")].filter((tile) => takes(tile, file) && !isOff(tile) && tile.dataset.tile !== "mask");
    const inSight = fitting.filter((tile) => !isAside(tile));
    const home = [...inSight, ...(inSight.length ? [] : fitting)].find((tile) => roomOf(tile) > 0) ?? inSight[0] ?? fitting[0];
    if (home) take([file], home);
  }
}

export function move(item, to) {
  const list = item.parentNode;
  const from = [...list.children].indexOf(item);
  if (to < 0 || to >= list.children.length || to === from) return;
  list.children[to][to > from ? "after" : "before"](item);
  item.focus();
  tidy(list.closest("[data-tile]"));
}

export function remove(item) {
  const tile = item.closest("[data-tile]");
  const next = item.nextElementSibling ?? item.previousElementSibling;
  stop(item);
  item.remove();
  tidy(tile);
  (next ?? tile.querySelector('input[type="file"]')).focus();
}

export function press(button) {
  const item = button.closest("[data-items] > *, [data-problem]");
  const tile = item.closest("[data-tile]");
  if (button.matches("[data-again]")) retry(item);
  else if (button.matches("[data-cut]")) {
    item.remove();
    place(tile, { asset: item.dataset.asset, name: item.querySelector("strong").textContent, cut: "1" });
  } else remove(item);
}

// Waits for what is on its way; shows what was refused.
export function hold(form) {
  const stuck = form.querySelector("[data-problem], [data-failed-upload]");
  if (stuck) {
    stuck.querySelector("button:not([hidden])").focus();
    stuck.scrollIntoView({ block: "nearest" });
  } else form.dataset.waiting = "";
}

function release(form) {
  if (!("waiting" in form.dataset) || form.querySelector("[data-pending]:not([data-failed-upload])")) return;
  delete form.dataset.waiting;
  form.requestSubmit(form.querySelector('button[type="submit"]'));
}

export function retryAll() {
  document.querySelectorAll("[data-tile] [data-failed-upload]").forEach(retry);
}
