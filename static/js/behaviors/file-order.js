// Reorders and removes the previews of a dropzone.
//
// Markup: the items of [data-previews] inside data-behavior="dropzone", each draggable="true" with tabindex="0" and a
//   button[data-remove]. Drag an item onto another, or press Alt+← / Alt+→ on it; Delete removes it.
// Sends: "dropzone:arrange" with {files} to the zone, which takes them over.

const ITEM = '[data-behavior~="dropzone"] [data-previews] > *';
let dragged = null;

const itemOf = (event) => event.target.closest?.(ITEM) ?? null;
const placeOf = (item) => [...item.parentNode.children].indexOf(item);
const zoneOf = (item) => item.closest('[data-behavior~="dropzone"]');
const inputOf = (zone) => zone.querySelector('input[type="file"]');

function arrange(zone, files, place) {
  zone.dispatchEvent(new CustomEvent("dropzone:arrange", { bubbles: true, detail: { files } }));
  (zone.querySelector("[data-previews]").children[Math.min(place, files.length - 1)] ?? inputOf(zone)).focus();
}

function move(item, to) {
  const zone = zoneOf(item);
  const files = [...inputOf(zone).files];
  const [file] = files.splice(placeOf(item), 1);
  files.splice(to, 0, file);
  arrange(zone, files, to);
}

function remove(item) {
  const zone = zoneOf(item);
  const place = placeOf(item);
  arrange(zone, [...inputOf(zone).files].filter((_, index) => index !== place), place);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-remove]") && itemOf(event)) remove(itemOf(event));
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(ITEM)) return;
  const item = event.target;
  const step = event.altKey && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && item.parentNode.children[placeOf(item) + step]) move(item, placeOf(item) + step);
  else if (event.key === "Delete" || event.key === "Backspace") remove(item);
  else return;
  event.preventDefault();
});

document.addEventListener("dragstart", (event) => { dragged = itemOf(event); });

document.addEventListener("dragend", () => { dragged = null; });

document.addEventListener("dragover", (event) => {
  if (dragged && itemOf(event)?.parentNode === dragged.parentNode) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const target = itemOf(event);
  if (!dragged || !target || target === dragged || target.parentNode !== dragged.parentNode) return;
  event.preventDefault();
  move(dragged, placeOf(target));
});
