// Copies a picture to the clipboard, as PNG, which every program takes.
//
// Markup: a button with data-copy-image="address"; the sentences come from the template #copy-image-words:
//   [data-done], [data-insecure] (plain http, where browsers have no clipboard for pictures), [data-failed].

function say(name) {
  const words = document.getElementById("copy-image-words")?.content.querySelector(`[data-${name}] .notice`);
  if (!words) return;
  document.getElementById(words.id)?.remove();
  document.getElementById("notices")?.append(words.cloneNode(true));
  document.dispatchEvent(new CustomEvent("notice:added"));
}

async function asPng(address) {
  const answer = await fetch(address);
  const content = await answer.blob();
  if (content.type === "image/png") return content;
  const bitmap = await createImageBitmap(content);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

export async function copyImage(button) {
  if (!window.isSecureContext || !window.ClipboardItem) {
    say("insecure");
    return;
  }
  try {
    // Handed over as a promise: Safari forgets the press while a picture is fetched.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": asPng(button.dataset.copyImage) })]);
    say("done");
  } catch {
    say("failed");
  }
}
