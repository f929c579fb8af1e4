// Lets elapsed time tick, and lengthens the ruler under it.
//
// Markup: <span data-behavior="elapsed" data-since="2026-11-23T06:41:07Z" data-now="2026-11-23T06:42:19Z">1:12</span>
//   data-now is the server's clock when it wrote this, so that a wrong clock here does no harm. Inside the nearest
//   [data-elapsed-scope] (or .card-state) a .time-ruler[data-scale-seconds] grows along.

const seenAt = new WeakMap();

function secondsOf(element) {
  if (!seenAt.has(element)) seenAt.set(element, Date.now());
  const since = Date.parse(element.dataset.since);
  const now = Date.parse(element.dataset.now ?? "") || seenAt.get(element);
  return Math.max(0, Math.floor((now - since + Date.now() - seenAt.get(element)) / 1000));
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function write(element) {
  const seconds = secondsOf(element);
  if (Number.isNaN(seconds)) return;
  element.textContent = clock(seconds);
  const ruler = element.closest("[data-elapsed-scope], .card-state")?.querySelector(".time-ruler[data-scale-seconds]");
  const percent = ruler && Math.min(100, (100 * seconds) / Number(ruler.dataset.scaleSeconds));
  if (ruler) ruler.querySelector(".time-ruler__elapsed")?.setAttribute("width", `${percent.toFixed(1)}%`);
}

const writeAll = () => document.querySelectorAll('[data-behavior~="elapsed"]').forEach(write);
document.addEventListener("htmx:load", writeAll);
setInterval(() => { if (!document.hidden) writeAll(); }, 1000);
writeAll();
