// Plays a video, muted, while the pointer or the focus is on its card; otherwise shows its poster.
//
// Markup: <video data-behavior="hover-play" src=… poster=… muted loop playsinline preload="none" tabindex="-1"> inside
//   a [data-hover-scope] (or .generation-card). Nothing moves by itself for people who asked for less motion.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const scopeOf = (element) => element?.closest?.("[data-hover-scope], .generation-card");
const videoOf = (scope) => scope?.querySelector('video[data-behavior~="hover-play"]');

function play(scope) {
  const video = videoOf(scope);
  if (!video || calm.matches || !video.paused) return;
  video.muted = true;
  // A browser may refuse, or the pointer may have left before the first picture came.
  video.play().catch(() => {});
}

function stop(scope) {
  const video = videoOf(scope);
  if (!video || video.readyState === 0 && video.paused) return;
  video.pause();
  // Loading anew is the only way back to the poster; with preload="none" it fetches nothing.
  video.load();
}

const isLeaving = (scope, event) => scope && !scope.contains(event.relatedTarget);

document.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") play(scopeOf(event.target)); });
document.addEventListener("pointerout", (event) => {
  const scope = scopeOf(event.target);
  if (isLeaving(scope, event) && !scope.contains(document.activeElement)) stop(scope);
});
document.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) play(scopeOf(event.target)); });
// The space bar plays or stops the clip of the card that has the focus; it is asked for, so also with less motion.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.defaultPrevented || event.isComposing || !event.target.matches?.("[data-card-open]")) return;
  const video = videoOf(scopeOf(event.target));
  if (!video || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  video.muted = true;
  if (video.paused) video.play().catch(() => {});
  else video.pause();
});
document.addEventListener("focusout", (event) => {
  const scope = scopeOf(event.target);
  if (isLeaving(scope, event) && !scope.matches(":hover")) stop(scope);
});
