// Plays a clip: position, single frames, speed, repeat and sound.

const FRAME_RATE = 24;

function clock(seconds) {
  const hundredths = Math.round(seconds * 100);
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

export function clip(viewer, video) {
  const control = (name) => viewer.querySelector(`[data-viewer="${name}"]`);
  const rate = Number(viewer.dataset.frameRate) || FRAME_RATE;
  const scrub = control("scrub");
  const play = control("play");
  const [playLabel, pauseLabel] = [play.getAttribute("aria-label"), play.dataset.otherLabel];
  function show() {
    control("time").textContent = clock(video.currentTime);
    if (!scrub.matches(":active")) scrub.value = video.currentTime;
    scrub.setAttribute("aria-valuetext", clock(video.currentTime));
  }

  function step(frames) {
    video.pause();
    // The middle of a frame, so that rounding never shows its neighbour.
    const frame = Math.floor(video.currentTime * rate + 1e-6) + frames;
    video.currentTime = Math.max(0, Math.min((frame + 0.5) / rate, video.duration || 0));
  }

  function tick() {
    show();
    if (!video.paused && viewer.isConnected) requestAnimationFrame(tick);
  }

  function toggle() {
    // A browser may refuse; the button then simply stays as it is.
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  }

  function heedState() {
    viewer.toggleAttribute("data-playing", !video.paused);
    const label = video.paused ? playLabel : pauseLabel;
    play.setAttribute("aria-label", label);
    play.title = label;
    if (!video.paused) tick();
  }

  function heedSound() {
    viewer.toggleAttribute("data-mute", video.muted);
    control("mute")?.setAttribute("aria-pressed", String(video.muted));
  }

  for (const name of ["play", "pause", "ended"]) video.addEventListener(name, heedState);
  for (const name of ["timeupdate", "seeked"]) video.addEventListener(name, show);
  video.addEventListener("loadedmetadata", () => { scrub.max = video.duration; show(); });
  video.addEventListener("volumechange", heedSound);
  video.addEventListener("click", toggle);
  scrub.addEventListener("input", () => { video.currentTime = Number(scrub.value); });
  control("speed").addEventListener("change", (event) => { video.playbackRate = Number(event.target.value); });
  show();
  heedSound();

  return {
    play: toggle,
    "frame-back": () => step(-1),
    "frame-on": () => step(1),
    loop() {
      video.loop = !video.loop;
      control("loop").setAttribute("aria-pressed", String(video.loop));
    },
    mute() { video.muted = !video.muted; },
  };
}
