// What is painted in a mask, as steps that can be taken back, and the picture that comes of them.
//
// Use: a step is a stroke {tool, size, points}, {kind: "clear"}, {kind: "invert"} or {kind: "mask", image}.

// The server brings the mask to the picture's exact size; a finger is no sharper than this. Units: pixels.
const MOST_SIDE = 1536;

export function sheetOf(canvas) {
  const { width, height } = canvas.dataset;
  const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  return canvas.getContext("2d", { willReadFrequently: true });
}

export function drawStroke(sheet, stroke, colour) {
  sheet.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
  sheet.strokeStyle = sheet.fillStyle = colour;
  sheet.lineWidth = stroke.size;
  sheet.lineCap = sheet.lineJoin = "round";
  sheet.beginPath();
  // A line of no length draws nothing, so a press without a move is nudged.
  stroke.points.forEach(([x, y], place) => (place ? sheet.lineTo(x, y) : sheet.moveTo(x, y)));
  if (stroke.points.length === 1) sheet.lineTo(stroke.points[0][0] + 0.01, stroke.points[0][1]);
  sheet.stroke();
}

export function drawAll(sheet, steps, colour) {
  const { width, height } = sheet.canvas;
  sheet.globalCompositeOperation = "source-over";
  sheet.clearRect(0, 0, width, height);
  for (const step of steps) {
    if (step.points) drawStroke(sheet, step, colour);
    else if (step.kind === "clear") sheet.clearRect(0, 0, width, height);
    else {
      // Inverted: all of it, but for what was painted. An earlier mask is what it leaves open.
      sheet.globalCompositeOperation = step.image ? "source-over" : "xor";
      sheet.fillStyle = colour;
      sheet.fillRect(0, 0, width, height);
      sheet.globalCompositeOperation = "destination-out";
      if (step.image) sheet.drawImage(step.image, 0, 0, width, height);
    }
  }
}

export const isEmpty = (sheet) => !sheet.getImageData(0, 0, sheet.canvas.width, sheet.canvas.height).data.some((value, place) => place % 4 === 3 && value > 127);

export function maskOf(canvas) {
  const out = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const sheet = out.getContext("2d");
  sheet.fillRect(0, 0, out.width, out.height);
  sheet.globalCompositeOperation = "destination-out";
  sheet.drawImage(canvas, 0, 0);
  return new Promise((resolve) => out.toBlob((blob) => resolve(new File([blob], "mask.png", { type: "image/png" })), "image/png"));
}
