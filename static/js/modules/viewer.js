// The controls of a viewer: a clip's or a picture's own, and the whole screen for both.
//
// Markup: <section data-behavior="viewer" data-media="video|image"> with [data-viewer-stage], [data-viewer-media] and
//   controls [data-viewer="name"]. What the browser cannot do is taken away rather than shown dead.

import { clip } from "./clip.js";
import { picture } from "./zoom.js";

const SWIPE_PIXELS = 60;

function screenAction(viewer) {
  const frame = viewer.closest("[data-viewer-screen]");
  const button = viewer.querySelector('[data-viewer="screen"]');
  if (!document.fullscreenEnabled || !frame) button?.remove();
  return {
    screen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else frame.requestFullscreen();
    },
  };
}

// A finger that moves sideways over a picture turns to the next one.
function heedSwipes(viewer, stage) {
  let begin = null;
  stage.addEventListener("pointerdown", (event) => {
    begin = event.pointerType === "touch" && event.isPrimary && !stage.hasAttribute("data-zoomed") ? event : null;
  });
  stage.addEventListener("pointerup", (event) => {
    if (!begin || event.pointerId !== begin.pointerId) return;
    const across = event.clientX - begin.clientX;
    const isAcross = Math.abs(across) > SWIPE_PIXELS && Math.abs(across) > 2 * Math.abs(event.clientY - begin.clientY);
    const key = across > 0 ? "ArrowLeft" : "ArrowRight";
    if (isAcross) document.querySelector(`#viewer-root a[data-shortcut~="${key}"]`)?.click();
    begin = null;
  });
}

export function attach(viewer) {
  const media = viewer.querySelector("[data-viewer-media]");
  const stage = viewer.querySelector("[data-viewer-stage]");
  const actions = { ...screenAction(viewer), ...(viewer.dataset.media === "video" ? clip(viewer, media) : picture(viewer, stage, media)) };
  viewer.addEventListener("click", (event) => {
    const name = event.target.closest("button[data-viewer]")?.dataset.viewer;
    actions[name]?.();
  });
  heedSwipes(viewer, stage);
}
