// The painter's dialog: strokes over a picture, by pointer, finger or keyboard; what is painted becomes transparent.
//
// Use: const file = await paint(address); null when it was closed. The address answers
//   templates/generations/_mask_painter.html, which names every part by a data attribute.

import { fetchDialog } from "./dialogs.js";
import { drawAll, drawStroke, isEmpty, maskOf, sheetOf } from "./mask-sheet.js";

const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function equip(dialog) {
  const find = (selector) => dialog.querySelector(selector);
  const canvas = find("canvas");
  const sheet = sheetOf(canvas);
  const colour = getComputedStyle(canvas).color;
  const steps = [];
  let stroke = null;
  let at = [canvas.width / 2, canvas.height / 2];

  const sizeOf = () => (Number(find("[data-brush-size]").value) / 100) * Math.max(canvas.width, canvas.height);
  const update = () => {
    find("[data-undo]").disabled = !steps.length;
    find("[data-use]").disabled = isEmpty(sheet);
  };
  const push = (step) => {
    steps.push(step);
    drawAll(sheet, steps, colour);
    update();
  };
  const undo = () => {
    steps.pop();
    drawAll(sheet, steps, colour);
    update();
  };
  const begin = (point) => {
    stroke = { tool: find('[name="mask-tool"]:checked').value, size: sizeOf(), points: [point] };
    steps.push(stroke);
    drawStroke(sheet, stroke, colour);
  };
  const showBrush = () => {
    const scale = canvas.clientWidth / canvas.width;
    const brush = find("[data-brush]");
    brush.hidden = false;
    const [x, y, side] = [at[0] * scale, at[1] * scale, sizeOf() * scale].map((length) => `${length.toFixed(1)}px`);
    Object.assign(brush.style, { insetInlineStart: x, insetBlockStart: y, inlineSize: side, blockSize: side });
  };
  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    begin(pointOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    at = pointOf(event);
    showBrush();
    if (!stroke) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.points.push(pointOf(one));
    drawAll(sheet, steps, colour);
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { stroke = null; update(); });
  canvas.addEventListener("focus", showBrush);

  canvas.addEventListener("keydown", (event) => {
    const step = KEY_STEPS[event.key];
    const size = find("[data-brush-size]");
    if (step) {
      const far = sizeOf() * (event.shiftKey ? 1.5 : 0.4);
      at = [0, 1].map((axis) => Math.max(0, Math.min([canvas.width, canvas.height][axis], at[axis] + step[axis] * far)));
      const [across, down] = [at[0] / canvas.width, at[1] / canvas.height].map((share) => Math.round(share * 100));
      const place = find("[data-place]");
      place.textContent = place.dataset.words.replace("{across}", across).replace("{down}", down);
    } else if (event.key === " ") {
      begin([...at]);
      stroke = null;
      update();
    } else if (event.key === "+" || event.key === "-") size.value = Number(size.value) + (event.key === "+" ? 2 : -2);
    else return;
    event.preventDefault();
    showBrush();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.key.toLowerCase() === "e" && !event.ctrlKey) find('[name="mask-tool"]:not(:checked)').checked = true;
    else return;
    event.preventDefault();
  });
  find("[data-brush-size]").addEventListener("input", showBrush);
  find("[data-undo]").addEventListener("click", undo);
  find("[data-clear]").addEventListener("click", () => push({ kind: "clear" }));
  find("[data-invert]").addEventListener("click", () => push({ kind: "invert" }));
  if (canvas.dataset.mask) {
    const image = Object.assign(new Image(), { src: canvas.dataset.mask });
    image.decode().then(() => push({ kind: "mask", image })).catch(() => {});
  }
  return canvas;
}

export async function paint(address) {
  const dialog = await fetchDialog(address);
  if (!dialog) return null;
  dialog.showModal();
  const canvas = equip(dialog);
  canvas.focus();
  return new Promise((resolve) => {
    let mask = null;
    dialog.querySelector("[data-use]").addEventListener("click", async () => {
      mask = await maskOf(canvas);
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.parentElement.remove();
      resolve(mask);
    });
  });
}
