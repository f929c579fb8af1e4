// Asks for what changed, once per tab, and lets no swap disturb what a person is doing.
//
// Markup: <div id="changes" data-behavior="changes" hx-get="/changes/?revision=12&…" hx-trigger="changes:due"
//   hx-swap="outerHTML" data-pace-visible="3" data-pace-hidden="20"></div>. Paces are seconds; "" or "0" is never.
// Asked with it: shown=…, the first eight characters of every id on the page, from [data-card="<id>"] or from
//   <li id="card-<id>" data-card>; and opened=…, output=… from the item that is open, [data-opened][data-output].
// Server: 204 for "nothing new"; else 200 with the element itself (new revision, new paces) and, beside it, elements
//   with hx-swap-oob: "true" (replace the one of the same id), "delete", or "afterbegin:#list" and the like around new
//   items. Targets that the page does not show are dropped, and items that it shows already replace what is shown.
// Postponed: what would replace a playing video, a focused control, selected text or an open menu or dialog is kept
//   and tried again every second; a later answer about the same id takes its place.
// Events: dispatch "changes:now" on document to ask at once. body[data-session="ended"] silences it.

const RETRY_MS = 1000;
const TIMEOUT_MS = 15000;
const MOST_FAILURES = 4;
// The address of a request must not grow past what servers take.
const MOST_SHOWN = 600;
const SHORT_ID_LENGTH = 8;
const held = new Map();
let askedAt = Date.now();
let isAsking = false;
let failures = 0;

const findAsker = () => document.querySelector('[data-behavior~="changes"]');

const shortIdOf = (card) => (card.dataset.card || card.id.replace(/^card-/, "")).slice(0, SHORT_ID_LENGTH);

function paceOf(asker) {
  const seconds = Number(document.hidden ? asker.dataset.paceHidden : asker.dataset.paceVisible) || Infinity;
  return seconds * 1000 * 2 ** Math.min(failures, MOST_FAILURES);
}

function ask(asker) {
  if (isAsking || !window.htmx || document.body.dataset.session === "ended") return;
  isAsking = true;
  askedAt = Date.now();
  window.htmx.trigger(asker, "changes:due");
}

function isBusy(element) {
  const focused = document.activeElement;
  if (focused && focused !== document.body && focused !== element && element.contains(focused)) return true;
  if (element.querySelector(":popover-open, dialog[open]")) return true;
  if ([...element.querySelectorAll("video, audio")].some((media) => !media.paused && !media.ended)) return true;
  const selection = document.getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(element);
}

// Takes out of an answer what cannot or must not be swapped now.
function sift(content) {
  for (const part of content.querySelectorAll("[hx-swap-oob]")) {
    const [style, selector] = part.getAttribute("hx-swap-oob").split(/:(.*)/s);
    if (selector) {
      siftItems(part, selector);
      continue;
    }
    const target = document.getElementById(part.id);
    held.delete(part.id);
    // Taken away and brought again in one answer: it moves, unless somebody is busy with it.
    const isMoved = style === "delete" && content.querySelectorAll(`[id="${part.id}"]`).length > 1;
    if (!target || isMoved) part.remove();
    if (isMoved && target && !isBusy(target)) target.remove();
    else if (target && !isMoved && style !== "innerHTML" && isBusy(target)) {
      held.set(part.id, part.outerHTML);
      part.remove();
    }
  }
}

function siftItems(part, selector) {
  if (!document.querySelector(selector)) {
    part.remove();
    return;
  }
  const items = part.querySelectorAll("[data-card][id]");
  for (const item of items) {
    const target = document.getElementById(item.id);
    if (!target) continue;
    item.setAttribute("hx-swap-oob", "true");
    if (isBusy(target)) {
      held.set(item.id, item.outerHTML);
      item.remove();
    } else part.before(item);
  }
  // Notices come this way, too.
  if (items.length && !part.querySelector("[data-card]")) part.remove();
}

function release() {
  const ready = [...held].filter(([id]) => {
    const target = document.getElementById(id);
    if (!target) held.delete(id);
    return target && !isBusy(target);
  });
  if (!ready.length) return;
  for (const [id] of ready) held.delete(id);
  window.htmx.swap(document.body, ready.map(([, html]) => html).join(""), { swapStyle: "none" });
}

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.('[data-behavior~="changes"]')) return;
  const cards = [...document.querySelectorAll("[data-card]")].slice(0, MOST_SHOWN);
  event.detail.parameters.shown = cards.map(shortIdOf).join(",");
  // The item that is open, as a page or as a dialog, and the one of its files that is in front.
  const opened = [...document.querySelectorAll("[data-opened]")].at(-1);
  if (opened) event.detail.parameters.opened = opened.dataset.opened;
  if (opened?.dataset.output) event.detail.parameters.output = opened.dataset.output;
  event.detail.timeout = TIMEOUT_MS;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.requestConfig?.elt.matches?.('[data-behavior~="changes"]')) return;
  const template = document.createElement("template");
  template.innerHTML = event.detail.serverResponse;
  sift(template.content);
  event.detail.serverResponse = template.innerHTML;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.requestConfig?.elt.matches?.('[data-behavior~="changes"]')) return;
  isAsking = false;
  failures = event.detail.successful ? 0 : failures + 1;
});

const askNow = () => {
  const asker = findAsker();
  if (asker) ask(asker);
};
document.addEventListener("changes:now", askNow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) askNow(); });
window.addEventListener("pageshow", (event) => { if (event.persisted) askNow(); });

setInterval(() => {
  if (held.size) release();
  const asker = findAsker();
  if (asker && Date.now() - askedAt >= paceOf(asker)) ask(asker);
}, RETRY_MS);
