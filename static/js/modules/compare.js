// Lays two files over each other under a line that moves, and keeps two clips in step.
//
// Markup: <section data-behavior="compare" data-media="image|video"> with two [data-side] and #compare-divider; radios
//   name="compare_mode" choose between "slider" and "side". For clips: buttons [data-compare], #compare-position.

const FRAME_SECONDS = 1 / 24;
const DRIFT_SECONDS = 0.08;

function divide(section) {
  const divider = section.querySelector("#compare-divider");
  const [first, second] = section.querySelectorAll(".compare__media");
  const show = () => {
    const isOver = section.dataset.mode === "slider";
    const percent = Number(divider.value);
    first.style.setProperty("clip-path", isOver ? `inset(0 ${100 - percent}% 0 0)` : "none");
    second.style.setProperty("clip-path", isOver ? `inset(0 0 0 ${percent}%)` : "none");
    divider.setAttribute("aria-valuetext", `${Math.round(percent)} %`);
  };
  divider.addEventListener("input", show);
  for (const radio of document.querySelectorAll('input[name="compare_mode"]')) {
    radio.addEventListener("change", () => {
      section.dataset.mode = radio.value;
      show();
    });
  }
  // A browser that comes back to the page may remember the other choice.
  section.dataset.mode = document.querySelector('input[name="compare_mode"]:checked').value;
  show();
}

function inStep(section) {
  const clips = [...section.querySelectorAll("video")];
  const [lead, other] = clips;
  const position = section.querySelector("#compare-position");
  const play = section.querySelector('[data-compare="play"]');
  const labels = [play.getAttribute("aria-label"), play.dataset.otherLabel];
  for (const clip of clips) clip.removeAttribute("controls");

  function seek(seconds) {
    for (const clip of clips) clip.currentTime = Math.max(0, Math.min(seconds, clip.duration || 0));
  }

  function toggle() {
    if (lead.paused) {
      seek(lead.currentTime);
      // Both from the same moment, or neither.
      Promise.all(clips.map((clip) => clip.play())).catch(() => clips.forEach((clip) => clip.pause()));
    } else clips.forEach((clip) => clip.pause());
  }

  function step(frames) {
    clips.forEach((clip) => clip.pause());
    seek(lead.currentTime + frames * FRAME_SECONDS);
  }

  function show() {
    section.toggleAttribute("data-playing", !lead.paused);
    play.setAttribute("aria-label", labels[lead.paused ? 0 : 1]);
    position.max = lead.duration || 1;
    if (!position.matches(":active")) position.value = lead.currentTime;
    if (!lead.paused && Math.abs(other.currentTime - lead.currentTime) > DRIFT_SECONDS && lead.currentTime < (other.duration || 0)) {
      other.currentTime = lead.currentTime;
    }
  }

  for (const name of ["play", "pause", "timeupdate", "seeked", "loadedmetadata"]) lead.addEventListener(name, show);
  position.addEventListener("input", () => seek(Number(position.value)));
  const actions = { play: toggle, "frame-back": () => step(-1), "frame-on": () => step(1) };
  section.addEventListener("click", (event) => actions[event.target.closest("[data-compare]")?.dataset.compare]?.());
  show();
}

export function attach(section) {
  if (!section.dataset.media) return;
  divide(section);
  if (section.dataset.media === "video") inStep(section);
}
