// Takes files by the file dialog, by dropping them anywhere on the page, and from the clipboard; shows what was chosen.
//
// Markup, one for each role, inside a form:
//   <div class="dropzone" data-behavior="dropzone" data-max-files="4" data-max-bytes="10485760" data-too-large="…"
//        data-wrong-type="…" data-too-many="…">
//     <ul class="reference-tray" data-previews hidden></ul>
//     <label class="reference-tray__add dropzone__add">… <input class="dropzone__input" type="file" name="reference"
//        accept="image/png,image/jpeg" multiple></label>
//     <p class="field__error dropzone__error" data-error role="alert" hidden></p>
//     <template><li class="reference-tray__item" tabindex="0" draggable="true"><img class="reference-tray__image"
//        data-preview alt=""><span class="reference-tray__role" data-name></span>
//        <button class="reference-tray__remove" type="button" data-remove aria-label="…">…</button></li></template>
//   </div>
// The file input carries the chosen files, so a plain post sends the same; file-order.js reorders and removes them.
// Events: "dropzone:changed" bubbles from the input after every change; "dropzone:arrange" with {files} sets them.
// A file dropped beside every zone goes to the first zone of the page that takes its type and has room.
// When an answer replaces the form, zones with the same input name keep their files (the server marks zones that must
// start empty with data-fresh). A page marks a drag over it by [data-dropping] on the form.

const ZONE = '[data-behavior~="dropzone"]';
const chosen = new WeakMap();
let kept = new Map();

const inputOf = (zone) => zone.querySelector('input[type="file"]');
const filesOf = (zone) => chosen.get(zone) ?? [];
const zonesOf = (root) => [...root.querySelectorAll(ZONE)].filter((zone) => !inputOf(zone)?.disabled);
const limitOf = (zone) => Number(zone.dataset.maxFiles) || (inputOf(zone).multiple ? Infinity : 1);

function takes(zone, file) {
  const kinds = inputOf(zone).accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  const type = file.type.toLowerCase();
  return !kinds.length || kinds.some((kind) => kind === type || file.name.toLowerCase().endsWith(kind)
    || (kind.endsWith("/*") && type.startsWith(kind.slice(0, -1))));
}

function say(zone, reason) {
  const place = zone.querySelector("[data-error]");
  if (!place) return;
  place.textContent = reason ? zone.dataset[reason] ?? "" : "";
  place.hidden = !reason;
  zone.toggleAttribute("data-refused", Boolean(reason));
}

function draw(zone) {
  const list = zone.querySelector("[data-previews]");
  const template = zone.querySelector("template");
  for (const image of list.querySelectorAll("[data-preview]")) URL.revokeObjectURL(image.src);
  list.replaceChildren(...filesOf(zone).map((file) => {
    const item = template.content.cloneNode(true).firstElementChild;
    const image = item.querySelector("[data-preview]");
    if (file.type.startsWith("image/")) image.src = URL.createObjectURL(file);
    else image.remove();
    item.querySelector("[data-name]").textContent = file.name;
    item.title = file.name;
    return item;
  }));
  list.hidden = !list.children.length;
  zone.toggleAttribute("data-full", filesOf(zone).length >= limitOf(zone));
}

function put(zone, files, { isQuiet = false } = {}) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  chosen.set(zone, files);
  const input = inputOf(zone);
  input.files = transfer.files;
  draw(zone);
  if (!isQuiet) input.dispatchEvent(new CustomEvent("dropzone:changed", { bubbles: true }));
}

function add(zone, files) {
  const fitting = files.filter((file) => takes(zone, file));
  const light = fitting.filter((file) => file.size <= (Number(zone.dataset.maxBytes) || Infinity));
  const isSingle = limitOf(zone) === 1 && light.length === 1;
  const all = isSingle ? light : [...filesOf(zone), ...light];
  put(zone, all.slice(0, limitOf(zone)));
  say(zone, fitting.length < files.length ? "wrongType" : light.length < fitting.length ? "tooLarge"
    : all.length > limitOf(zone) ? "tooMany" : null);
}

function spread(files, zone) {
  if (zone) {
    add(zone, files);
    return;
  }
  for (const file of files) {
    const zones = zonesOf(document);
    const home = zones.find((one) => takes(one, file) && filesOf(one).length < limitOf(one))
      ?? zones.find((one) => takes(one, file)) ?? zones[0];
    if (home) add(home, [file]);
  }
}

document.addEventListener("change", (event) => {
  const zone = event.target.matches('input[type="file"]') && event.target.closest(ZONE);
  if (zone) add(zone, [...event.target.files]);
});

document.addEventListener("dropzone:arrange", (event) => {
  put(event.target, event.detail.files);
  say(event.target, null);
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !zonesOf(document).length) return;
  event.preventDefault();
  spread(files, event.target.closest?.(ZONE));
});

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && zonesOf(document).length;

const endDropping = () => document.querySelectorAll("[data-dropping]").forEach((form) => form.removeAttribute("data-dropping"));

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  zonesOf(document)[0].closest("form")?.setAttribute("data-dropping", "");
});

document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) endDropping(); });

document.addEventListener("drop", (event) => {
  endDropping();
  if (!carriesFiles(event)) return;
  event.preventDefault();
  spread([...event.dataTransfer.files], event.target.closest?.(ZONE));
});

document.addEventListener("reset", (event) => {
  for (const zone of event.target.querySelectorAll?.(ZONE) ?? []) put(zone, [], { isQuiet: true });
});

document.addEventListener("htmx:beforeSwap", () => {
  kept = new Map([...document.querySelectorAll(ZONE)].filter((zone) => filesOf(zone).length)
    .map((zone) => [inputOf(zone).name, filesOf(zone)]));
});

document.addEventListener("htmx:load", () => {
  for (const zone of zonesOf(document)) {
    const files = kept.get(inputOf(zone).name);
    if (files && !chosen.has(zone) && !("fresh" in zone.dataset)) {
      put(zone, files.filter((file) => takes(zone, file)).slice(0, limitOf(zone)), { isQuiet: true });
    }
  }
});
