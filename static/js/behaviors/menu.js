// Makes popovers into menus: placed beside what opened them, moved through by arrows, closed by a choice.
//
// Markup: <button popovertarget="id"> and <div class="menu" id="id" popover data-behavior="menu"> with .menu__item.
// Browsers with anchor positioning place it by the stylesheet; others are helped here. A phone shows it as a sheet.
// A chosen link or button closes it; radios and boxes leave it open.

const GAP_PIXELS = 6;
const EDGE_PIXELS = 8;
const hasAnchors = CSS.supports("position-area", "block-end span-inline-end");
const isPhone = matchMedia("(width < 48rem)");
let opener = null;

function place(menu) {
  if (hasAnchors || isPhone.matches || !opener?.isConnected) return;
  const anchor = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isBelow = anchor.bottom + GAP_PIXELS + height <= innerHeight || anchor.top < height;
  const top = isBelow ? anchor.bottom + GAP_PIXELS : anchor.top - GAP_PIXELS - height;
  const left = anchor.left + width <= innerWidth - EDGE_PIXELS ? anchor.left : anchor.right - width;
  menu.style.setProperty("inset", "auto");
  menu.style.setProperty("margin", "0");
  menu.style.setProperty("top", `${Math.max(EDGE_PIXELS, Math.min(top, innerHeight - height - EDGE_PIXELS))}px`);
  menu.style.setProperty("left", `${Math.max(EDGE_PIXELS, left)}px`);
}

const itemsOf = (menu) => [...menu.querySelectorAll("a[href], button, input, select, textarea")].filter((item) => !item.disabled && item.type !== "hidden");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  if (button) opener = button;
  // What copies says so on itself.
  const item = event.target.closest('a.menu__item, button.menu__item:not([data-behavior~="copy"])');
  // After the click is through: a form whose button has vanished would not be posted.
  if (item && !item.hasAttribute("popovertarget")) setTimeout(() => {
    const menu = item.closest("[popover]");
    if (menu?.matches(":popover-open")) menu.hidePopover();
  });
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.('[data-behavior~="menu"]')) return;
  menu.toggleAttribute("data-placed", event.newState === "open");
  if (event.newState === "open") place(menu);
}, true);

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector('[data-behavior~="menu"]:popover-open');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.isComposing) return;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const isOutside = !menu.contains(document.activeElement) && document.activeElement !== opener;
  // Radios have arrows of their own.
  if (isOutside || !items.length || document.activeElement.type === "radio") return;
  event.preventDefault();
  items[(at + step + items.length) % items.length].focus();
});

document.addEventListener("scroll", (event) => {
  const menu = document.querySelector('[data-behavior~="menu"]:popover-open');
  if (menu && !menu.contains(event.target)) place(menu);
}, { capture: true, passive: true });
