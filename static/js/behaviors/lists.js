// Wakes what lists can do, when it is first needed: select mode, the search box's help, the order of a board, and the
// address that keeps the place. Opens dialogs that come with an answer, and puts trashed cards out of sight.
//
// Markup: [data-select-toggle] begins select mode (see modules/select.js); [data-suggest] is a search box
//   (modules/suggest.js); [data-board-order] a list that is ordered by hand (modules/board-order.js); select[data-submits]
//   posts its form when changed; <dialog data-transient> is opened when it arrives and is gone when closed.
//   [data-behavior~="undo"] holds fields "ids": the cards that are hidden until it is submitted or leaves.
// Events: "library:reload" reads the list again where it stands.

const select = () => import("../modules/select.js");
const CARD = "[data-card]";

document.addEventListener("click", (event) => {
  const toggle = event.target.closest?.("[data-select-toggle]");
  if (!toggle || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  select().then((module) => module.begin(toggle.dataset.selectToggle));
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches?.("select[data-submits]") && target.value) target.form.requestSubmit();
  // The key for it works outside of select mode, too: it begins there.
  if (target.matches?.('[name="ids"][form="selection"]') && !target.closest(".timeline[data-selecting]")) {
    const toggle = document.querySelector("[data-select-toggle]");
    if (toggle) select().then((module) => module.begin(toggle.dataset.selectToggle));
  }
});

document.addEventListener("focusin", (event) => {
  const box = event.target.closest?.("[data-suggest]:not([data-awake])");
  if (box) import("../modules/suggest.js").then((module) => module.attach(box));
});

let isKept = false;
document.addEventListener("scroll", () => {
  if (isKept || !document.getElementById("timeline-days")) return;
  isKept = true;
  import("../modules/place.js").then((module) => module.keep());
}, { passive: true });

function hideTrashed(undo) {
  for (const field of undo.querySelectorAll('[name="ids"]')) {
    const card = document.getElementById(`card-${field.value}`);
    if (!card) {
      field.remove();
      continue;
    }
    if (card.contains(document.activeElement)) nextOf(card)?.focus({ focusVisible: true });
    card.hidden = true;
    card.removeAttribute("data-card");
  }
}

function nextOf(card) {
  const cards = [...document.querySelectorAll(`${CARD} [data-card-open]`)];
  const at = cards.findIndex((link) => card.contains(link));
  return cards[at + 1] ?? cards[at - 1];
}

async function reload() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("timeline");
  const list = document.getElementById("timeline");
  if (!fresh || !list) return location.reload();
  window.htmx.swap(list, fresh.outerHTML, { swapStyle: "outerHTML" });
}
document.addEventListener("library:reload", reload);

async function openTransient(dialog) {
  dialog.removeAttribute("data-transient");
  const { styled, takeAway } = await import("../modules/dialogs.js");
  dialog.addEventListener("close", () => takeAway(dialog), { once: true });
  await styled(dialog);
  dialog.showModal();
}

function wake(root) {
  for (const dialog of root.querySelectorAll?.("dialog[data-transient]:not([open])") ?? []) {
    openTransient(dialog);
  }
  for (const undo of root.querySelectorAll?.('[data-behavior~="undo"]:not([data-awake])') ?? []) {
    undo.dataset.awake = "";
    hideTrashed(undo);
  }
  if (root.querySelector?.("[data-board-order]:not([data-awake])")) {
    import("../modules/board-order.js").then((module) => module.attach(document.querySelector("[data-board-order]")));
  }
  if (root.querySelector?.(".select-bar:not([data-awake])")) select().then((module) => module.attach());
}
document.addEventListener("htmx:load", (event) => wake(event.detail.elt.parentElement ?? event.detail.elt));
wake(document);
