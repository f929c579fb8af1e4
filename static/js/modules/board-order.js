// The order of a board, by hand: cards are dragged, or moved with Alt and an arrow key while they have the focus.
//
// Markup: <ol data-board-order="address" data-moved="words with %s" data-lost="words"> with [data-card] items. What
//   was done is said in #board-said.
// Server: POST of item and before (ids; an empty before is the end) answers 204, or 409 when the board has changed.

const LEFT = ["ArrowLeft", "ArrowUp"];
const RIGHT = ["ArrowRight", "ArrowDown"];

export function attach(list) {
  if (!list || list.dataset.awake === "") return;
  list.dataset.awake = "";
  let dragged = null;

  const cards = () => [...list.querySelectorAll(":scope > [data-card]")];
  const idOf = (card) => card?.id.replace(/^card-/, "") ?? "";
  const say = (words) => { document.getElementById("board-said").textContent = words; };

  async function keep(card, wasBefore) {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const body = new URLSearchParams({ item: idOf(card), before: idOf(card.nextElementSibling) });
    const answer = await fetch(list.dataset.boardOrder, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) {
      say(list.dataset.moved.replace("%s", cards().indexOf(card) + 1));
      return;
    }
    // Nobody shall believe in an order that is not kept.
    list.insertBefore(card, wasBefore);
    say(list.dataset.lost);
  }

  function move(card, next) {
    const wasBefore = card.nextElementSibling;
    if (next === card || next === wasBefore) return;
    list.insertBefore(card, next);
    keep(card, wasBefore);
  }

  const clear = () => cards().forEach((card) => card.removeAttribute("data-drop"));

  const arm = () => cards().forEach((card) => { card.draggable = true; });
  arm();
  new MutationObserver(arm).observe(list, { childList: true });

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-card]");
    if (!dragged || event.target.closest(".menu")) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", idOf(dragged));
    dragged.setAttribute("data-dragging", "");
  });
  list.addEventListener("dragover", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!dragged || !card) return;
    event.preventDefault();
    clear();
    const box = card.getBoundingClientRect();
    if (card !== dragged) card.dataset.drop = event.clientX < box.left + box.width / 2 ? "before" : "after";
  });
  list.addEventListener("drop", (event) => {
    const card = event.target.closest?.("[data-drop]");
    event.preventDefault();
    if (dragged && card) move(dragged, card.dataset.drop === "before" ? card : card.nextElementSibling);
    clear();
  });
  list.addEventListener("dragend", () => {
    dragged?.removeAttribute("data-dragging");
    dragged = null;
    clear();
  });

  list.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!event.altKey || !card || event.isComposing || ![...LEFT, ...RIGHT].includes(event.key)) return;
    event.preventDefault();
    const { activeElement } = document;
    if (LEFT.includes(event.key) && card.previousElementSibling) move(card, card.previousElementSibling);
    else if (RIGHT.includes(event.key) && card.nextElementSibling) move(card, card.nextElementSibling.nextElementSibling);
    activeElement.focus({ focusVisible: true });
    card.scrollIntoView({ block: "nearest" });
  });
}
