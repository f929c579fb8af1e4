// Plays several clips from the same start, so that they can be compared; the second press pauses all.
//
// Markup: <button data-behavior="together" data-together="#list" data-pause="Pause all"> with [data-label]; it hides while
//   the list has no clip. Nothing starts before every clip can play.

const clipsOf = (button) => [...document.querySelectorAll(`${button.dataset.together} video`)];
const READY = 3;

const ready = (clip) => clip.readyState >= READY ? null : new Promise((resolve) => {
  for (const name of ["canplay", "error"]) clip.addEventListener(name, resolve, { once: true });
  clip.preload = "auto";
  if (clip.readyState === 0) clip.load();
});

function label(button) {
  const clips = clipsOf(button);
  const words = button.querySelector("[data-label]");
  button.dataset.play ??= words.textContent;
  button.hidden = !clips.length;
  words.textContent = clips.some((clip) => !clip.paused) ? button.dataset.pause : button.dataset.play;
}

const labelAll = () => document.querySelectorAll('[data-behavior~="together"]').forEach(label);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.('[data-behavior~="together"]');
  if (!button) return;
  const clips = clipsOf(button);
  if (clips.some((clip) => !clip.paused)) {
    clips.forEach((clip) => clip.pause());
    return;
  }
  await Promise.all(clips.map(ready));
  for (const clip of clips) clip.currentTime = 0;
  await Promise.all(clips.map(ready));
  await Promise.allSettled(clips.map((clip) => clip.play()));
});

for (const name of ["play", "pause"]) document.addEventListener(name, labelAll, true);
document.addEventListener("htmx:load", labelAll);
