// Files beside a message: chosen, pasted, dropped or picked from the library; sent at once, each with its progress.
//
// Markup: form[data-behavior~="chat"] with [data-tray] > ul[data-tiles] and p[data-tray-error] > span; input[data-files]
//   [data-attachment-url] inside an element whose data- attributes hold the words for what can go wrong.
// Server: POST of one file answers its tile, or 422 with a sentence; GET ?name=… the tiles of files that the studio has.
// Events: "chat:changed" bubbles from the form when its files changed; "picker:chosen" brings files of the library.

import { send } from "./upload.js";

const FORM = 'form[data-behavior~="chat"]';
const PASTED_TEXT_MIN_CHARACTERS = 8000;
const form = () => document.querySelector(FORM);
const inputOf = (place) => place.querySelector("[data-files]");
const tilesOf = (place) => place.querySelector("[data-tiles]");
const isSending = (place) => Boolean(tilesOf(place).querySelector('[aria-busy="true"]'));
const wordsOf = (place) => inputOf(place)?.closest("[data-failed]")?.dataset ?? {};

function say(place, sentence) {
  const error = place.querySelector("[data-tray-error]");
  error.querySelector("span").textContent = sentence ?? "";
  error.hidden = !sentence;
}

function changed(place) {
  tilesOf(place).hidden = !tilesOf(place).children.length;
  heedModel(place);
  place.dispatchEvent(new CustomEvent("chat:changed", { bubbles: true }));
}

// What the chosen model takes decides which ways to files are open.
function heedModel(place) {
  const most = Number(place.elements.model?.selectedOptions[0]?.dataset.pictures ?? 0);
  const library = place.querySelector('[data-behavior~="picker"]');
  if (library) {
    library.hidden = !most;
    library.dataset.pickerMax = String(Math.max(1, Math.min(16, most)));
  }
  const { noPictures } = wordsOf(place);
  if (!most && tilesOf(place).querySelector("[data-picture]")) say(place, noPictures);
  else if (place.querySelector("[data-tray-error] span").textContent === noPictures) say(place, null);
}

function waitingTile(place, file) {
  const tile = document.createElement("li");
  tile.className = "reference-tray__item attachment";
  tile.setAttribute("aria-busy", "true");
  const words = document.createElement("span");
  words.className = "attachment__text";
  const name = document.createElement("span");
  name.className = "attachment__name";
  name.textContent = file.name;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.setAttribute("aria-label", file.name);
  words.append(name, progress);
  tile.append(words);
  tilesOf(place).append(tile);
  tilesOf(place).hidden = false;
  return tile;
}

async function add(place, files) {
  say(place, null);
  await Promise.all([...files].map(async (file) => {
    const tile = waitingTile(place, file);
    const progress = tile.querySelector("progress");
    const answer = await send(file, inputOf(place).dataset.attachmentUrl, (share) => { progress.value = share; });
    if (answer.status === 200) {
      tile.outerHTML = answer.responseText;
      return;
    }
    tile.remove();
    const words = wordsOf(place);
    const reason = answer.status === 422 ? answer.responseText : answer.status === 413 ? words.tooLarge : words.failed;
    say(place, `${file.name}: ${reason}`);
  }));
  changed(place);
  if (!place.hasAttribute("data-sent-early") || isSending(place)) return;
  // Enter was pressed while files were still on their way. Without one of them it is for the person to decide.
  place.removeAttribute("data-sent-early");
  if (place.querySelector("[data-tray-error]").hidden) place.requestSubmit();
}

export async function addNamed(place, names) {
  const known = new Set([...place.querySelectorAll("[data-attachment]")].map((tile) => tile.dataset.attachment));
  const wanted = names.filter((name) => !known.has(name));
  if (!wanted.length) return;
  const query = new URLSearchParams(wanted.map((name) => ["name", name]));
  const answer = await fetch(`${inputOf(place).dataset.attachmentUrl}?${query}`);
  if (answer.ok) tilesOf(place).insertAdjacentHTML("beforeend", await answer.text());
  changed(place);
}

function onPaste(event) {
  const [place, files] = [form(), [...(event.clipboardData?.files ?? [])]];
  if (!place || !inputOf(place)) return;
  if (files.length) {
    event.preventDefault();
    add(place, files);
    return;
  }
  const text = event.clipboardData?.getData("text/plain") ?? "";
  // A whole document belongs beside the message, not into a field of two lines.
  if (event.target !== place.elements.text || text.length < PASTED_TEXT_MIN_CHARACTERS) return;
  event.preventDefault();
  add(place, [new File([text], "pasted.txt", { type: "text/plain" })]);
}

function onDrop(event) {
  const place = form();
  document.querySelectorAll("[data-dropping]").forEach((one) => one.removeAttribute("data-dropping"));
  if (!place || !inputOf(place) || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  if (event.type === "dragover") place.setAttribute("data-dropping", "");
  else add(place, event.dataTransfer.files);
}

export function start() {
  document.addEventListener("change", (event) => {
    const place = event.target.closest?.(FORM);
    if (!place) return;
    if (event.target.matches("[data-files]")) {
      const files = [...event.target.files];
      event.target.value = "";
      add(place, files);
    } else if (event.target.name === "attachments" && !event.target.checked) {
      event.target.closest("[data-attachment]").remove();
      changed(place);
      place.elements.text.focus();
    } else if (event.target.name === "model") heedModel(place);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.(FORM) || !isSending(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.setAttribute("data-sent-early", "");
  }, true);
  document.addEventListener("paste", onPaste);
  for (const name of ["dragover", "drop"]) document.addEventListener(name, onDrop);
  document.addEventListener("picker:chosen", (event) => {
    const place = event.target.closest?.(FORM);
    if (place) addNamed(place, event.detail.files.map((file) => `picture:${file.id}`));
  });
  document.addEventListener("composer:sent", (event) => {
    if (!event.target.matches?.(FORM)) return;
    tilesOf(event.target).replaceChildren();
    say(event.target, null);
    changed(event.target);
  });
}
