// Keeps a scrolling log at its end while text arrives, unless the person has scrolled away from it.
//
// Markup: data-behavior="conversation" on the element that scrolls. It starts at its end, or at the message that the
//   address names. <button hidden data-to-end> beside it is shown while the reader is elsewhere, and leads there.
// Events: "way:kept" on document means that somebody else keeps the reader's place now.

const NEAR_PIXELS = 64;
const watched = new WeakSet();

function isSelecting(log) {
  const selection = document.getSelection();
  return !selection.isCollapsed && log.contains(selection.anchorNode);
}

function watch(log) {
  if (watched.has(log)) return;
  watched.add(log);
  const named = location.hash.startsWith("#message-") && document.getElementById(location.hash.slice(1));
  let isAtEnd = !named && log.dataset.autoscroll !== "off";
  const button = document.querySelector("[data-to-end]");
  const note = () => { if (button) button.hidden = isAtEnd; };
  let placed = 0;
  const toEnd = () => {
    const lowest = log.scrollHeight - log.clientHeight;
    // The person has scrolled, and the event that says so is still on its way.
    if (isAtEnd && log.scrollTop < Math.min(placed, lowest) - 1) isAtEnd = false;
    if (isAtEnd) {
      log.scrollTop = log.scrollHeight;
      placed = log.scrollTop;
    }
    note();
  };
  log.addEventListener("scroll", () => {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PIXELS;
    note();
  }, { passive: true });
  // A selection that is being made must not run away from under the pointer.
  new MutationObserver(() => { if (!isSelecting(log)) toEnd(); }).observe(log, { childList: true, subtree: true, characterData: true });
  new ResizeObserver(toEnd).observe(log);
  const goToEnd = () => {
    isAtEnd = true;
    placed = 0;
    toEnd();
  };
  // Who has just sent something wants to see it.
  document.addEventListener("composer:sent", goToEnd);
  document.addEventListener("way:kept", () => { isAtEnd = false; });
  button?.addEventListener("click", goToEnd);
  if (named) named.scrollIntoView({ block: "start" });
  toEnd();
}

const watchAll = () => document.querySelectorAll('[data-behavior~="conversation"]').forEach(watch);
document.addEventListener("htmx:load", watchAll);
watchAll();
