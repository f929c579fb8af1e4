// Keeps the place in a long list in the page's address, so that a reload and the way back land where one was.
//
// Markup: #timeline[data-here] is the cursor that the page began with; the first card of each stretch that was loaded
//   behind it carries data-after, the cursor of that stretch. The address gets after=<cursor>#card-<id>; the way back
//   is the browser's own. At the top of a list that begins with its newest item the address is plain again.

const WAIT_MS = 250;

const isCovered = (path) => path.startsWith("/g/");

function topCard() {
  return [...document.querySelectorAll("#timeline-days [data-card]")].find((card) => card.getBoundingClientRect().bottom > 64);
}

function cursorOf(card) {
  const marks = [...document.querySelectorAll("#timeline-days [data-after]")];
  const before = marks.filter((mark) => mark === card || mark.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING);
  return (before.at(-1)?.dataset.after) ?? document.getElementById("timeline").dataset.here;
}

function write() {
  const list = document.getElementById("timeline");
  // An item that is open over the list has the address meanwhile.
  if (!list || isCovered(location.pathname) || document.querySelector("dialog:modal")) return;
  const card = topCard();
  const address = new URL(location.href);
  const cursor = card && cursorOf(card);
  address.searchParams.delete("on");
  if (cursor) address.searchParams.set("after", cursor);
  else address.searchParams.delete("after");
  const isTop = scrollY < 8 && !cursor;
  address.hash = card && !isTop ? card.id : "";
  const text = isTop ? address.href.replace(/#$/, "") : address.href;
  if (text !== location.href) history.replaceState(history.state, "", text);
}

export function keep() {
  let waiting = 0;
  document.addEventListener("scroll", () => {
    clearTimeout(waiting);
    waiting = setTimeout(write, WAIT_MS);
  }, { passive: true });
}
