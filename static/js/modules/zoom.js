// Enlarges a picture and moves it about: buttons, keys, wheel with Ctrl (or two fingers on a pad), pinch, double click.
//
// The scale that is shown is pixels of the screen to one of the picture. Fitting into the window is the smallest.

const STEP = 1.5;
const LARGEST = 16;
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAN_PIXELS = 80;

export function picture(viewer, stage, image) {
  const scaleText = viewer.querySelector('[data-viewer="scale"]');
  const pointers = new Map();
  let zoom = 1;
  let at = { x: 0, y: 0 };

  // The part of the image's box that the picture itself fills.
  function fitted() {
    const [width, height] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
    const scale = Math.min(image.offsetWidth / width, image.offsetHeight / height) || 1;
    return { scale, width: width * scale, height: height * scale };
  }

  function show() {
    const fit = fitted();
    const room = (size, outer) => Math.max(0, (size * zoom - outer) / 2);
    const clamp = (value, most) => Math.max(-most, Math.min(most, value));
    at = { x: clamp(at.x, room(fit.width, stage.clientWidth)), y: clamp(at.y, room(fit.height, stage.clientHeight)) };
    image.style.setProperty("transform", zoom === 1 ? "none" : `translate(${at.x}px, ${at.y}px) scale(${zoom})`);
    stage.toggleAttribute("data-zoomed", zoom > 1);
    scaleText.textContent = `${Math.round(fit.scale * zoom * devicePixelRatio * 100)} %`;
    // Only now are all of its pixels worth loading.
    if (zoom > 1 && image.sizes) image.sizes = `${image.getAttribute("width")}px`;
  }

  // The point under the pointer stays where it is.
  function zoomTo(wanted, point) {
    const next = Math.max(1, Math.min(LARGEST, wanted));
    const box = stage.getBoundingClientRect();
    const from = point ? { x: point.clientX - box.x - box.width / 2, y: point.clientY - box.y - box.height / 2 } : { x: 0, y: 0 };
    at = { x: from.x - (from.x - at.x) * next / zoom, y: from.y - (from.y - at.y) * next / zoom };
    zoom = next;
    show();
  }

  const actual = (point) => zoomTo(1 / (fitted().scale * devicePixelRatio), point);
  const fit = () => zoomTo(1);

  function pan(x, y) {
    at = { x: at.x + x, y: at.y + y };
    show();
  }

  stage.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) zoomTo(zoom * Math.exp(-event.deltaY / 200), event);
    else if (zoom > 1) pan(-event.deltaX, -event.deltaY);
    else return;
    event.preventDefault();
  }, { passive: false });

  stage.addEventListener("dblclick", (event) => { if (zoom > 1) fit(); else zoomTo(Math.max(2, 1 / (fitted().scale * devicePixelRatio)), event); });

  stage.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    if (zoom > 1 || pointers.size > 1) stage.setPointerCapture(event.pointerId);
  });

  const distance = ([one, two]) => Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
  stage.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const others = [...pointers.values()].filter((other) => other.pointerId !== event.pointerId);
    pointers.set(event.pointerId, event);
    if (others.length) zoomTo(zoom * distance([event, others[0]]) / (distance([before, others[0]]) || 1), others[0]);
    else if (zoom > 1) {
      stage.setAttribute("data-dragging", "");
      pan(event.clientX - before.clientX, event.clientY - before.clientY);
    }
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    stage.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      stage.removeAttribute("data-dragging");
    });
  }
  stage.addEventListener("dragstart", (event) => event.preventDefault());

  // Arrows move what is larger than the window, and turn to the next item only when nothing is.
  const onKey = (event) => {
    if (!viewer.isConnected) document.removeEventListener("keydown", onKey, true);
    const way = ARROWS[event.key];
    const isMeant = viewer.isConnected && way && zoom > 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!isMeant || event.target.closest?.("input, textarea, select, [popover]")) return;
    event.preventDefault();
    pan(way[0] * PAN_PIXELS, way[1] * PAN_PIXELS);
  };
  document.addEventListener("keydown", onKey, true);

  const loaded = () => image.setAttribute("data-loaded", "");
  if (image.complete) loaded();
  else image.addEventListener("load", loaded, { once: true });
  new ResizeObserver(show).observe(stage);

  return { "zoom-in": () => zoomTo(zoom * STEP), "zoom-out": () => zoomTo(zoom / STEP), fit, actual: () => actual() };
}
