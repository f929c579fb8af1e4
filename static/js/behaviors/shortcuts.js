// Keys for people who leave the mouse alone.
//
// Markup: data-shortcut="j ArrowDown" on anything that can be clicked or written into: pressing one of the keys clicks or
//   focuses it. One inside the card that has the focus outranks one of the page; of the page's, the first that is
//   visible counts (or any inside a closed menu). The space bar is "Space". [data-card] marks the cards that j/k and the
//   arrows move between: the link [data-card-open] in each gets the focus, Enter opens it. A card without such a link is
//   the page's own.
// Silent while somebody writes, composes, holds Ctrl, Alt or ⌘, or has a menu or dialog open; a dialog with
//   data-shortcut-scope has keys of its own.

const STEPS = { j: 1, ArrowDown: 1, ArrowRight: 1, k: -1, ArrowUp: -1, ArrowLeft: -1 };
const OPEN = "[data-card-open]";
const WRITABLE = 'input:not([type="checkbox"]):not([type="radio"]):not([type="range"]), textarea, select, [contenteditable="true"]';
// What the browser itself does with the space bar and the arrows stays.
const PRESSED = "button, summary, input, [role='button'], [role='option']";
const NATIVE_ARROWS = 'input[type="radio"], input[type="range"]';

function step(scope, direction, isArrow) {
  const cards = [...scope.querySelectorAll(`[data-card] ${OPEN}`)].filter((link) => link.checkVisibility?.() ?? true);
  const at = cards.findIndex((link) => link.closest("[data-card]").contains(document.activeElement));
  // Arrows scroll the page until somebody is among the cards.
  if (!cards.length || (isArrow && at < 0)) return false;
  const next = at < 0 ? cards[0] : cards[Math.max(0, Math.min(cards.length - 1, at + direction))];
  next.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function findTarget(scope, key) {
  const selector = `[data-shortcut~="${CSS.escape(key)}"]`;
  const card = document.activeElement.closest?.("[data-card]");
  const found = [...(card?.querySelectorAll(selector) ?? []), ...scope.querySelectorAll(selector)]
    .filter((element) => card?.contains(element) || !element.closest("[data-card]")?.querySelector(OPEN));
  return found.find((element) => element.checkVisibility?.() ?? true) ?? found[0];
}

function press(target) {
  if (target.matches(WRITABLE)) {
    target.focus();
    target.select?.();
    target.scrollIntoView({ block: "nearest" });
  } else target.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.(WRITABLE) || event.target.closest?.("video[controls], audio")) return;
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  if ((dialog && !dialog.hasAttribute("data-shortcut-scope")) || document.querySelector("[popover]:popover-open")) return;
  const scope = dialog ?? document;
  const key = event.key === " " ? "Space" : event.key;
  const isArrow = key.startsWith("Arrow");
  if (isArrow && event.target.matches?.(NATIVE_ARROWS)) return;
  if (key === "Space" && event.target.closest?.(PRESSED)) return;
  if (key in STEPS && step(scope, STEPS[key], isArrow)) {
    event.preventDefault();
    return;
  }
  const target = findTarget(scope, key);
  if (!target) return;
  event.preventDefault();
  press(target);
});
