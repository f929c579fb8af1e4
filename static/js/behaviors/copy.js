// Copies a text. On plain http, where browsers have no clipboard, it leaves the text selected in a field instead.
//
// Markup: <button data-behavior="copy" data-copy-from="element-id"> or data-copy-text="…" or data-copy-url="/address/" or
//   data-copy-near=".block", which copies the <code> of that element around the button; data-copied="Copied" is
//   shown for a moment in [data-copy-label] (or becomes the button's accessible name), data-copy-hint="Press Ctrl+C"
//   names the field of the fallback.

const SHOWN_MS = 1600;

function textOf(button) {
  const { copyFrom, copyNear, copyText } = button.dataset;
  if (copyNear) return button.closest(copyNear)?.querySelector("code")?.textContent ?? "";
  const source = document.getElementById(copyFrom ?? "");
  if (!source) return copyText ?? "";
  // What is shown, with its lines and the tabs of its tables.
  return "value" in source ? source.value : source.innerText.trim();
}

function confirmOn(button) {
  const label = button.querySelector("[data-copy-label]");
  const before = label ? label.textContent : button.getAttribute("aria-label");
  const put = (text) => { if (label) label.textContent = text; else if (text) button.setAttribute("aria-label", text); };
  if (button.hasAttribute("data-copied-now")) return;
  button.setAttribute("data-copied-now", "");
  put(button.dataset.copied ?? before);
  setTimeout(() => {
    put(before);
    button.removeAttribute("data-copied-now");
  }, SHOWN_MS);
}

function offerField(button, text) {
  const field = document.createElement("textarea");
  field.className = "field__control";
  field.readOnly = true;
  field.rows = Math.min(6, text.split("\n").length);
  field.value = text;
  field.setAttribute("aria-label", button.dataset.copyHint ?? "");
  field.title = button.dataset.copyHint ?? "";
  button.after(field);
  field.focus();
  field.select();
  // Old, but the only way that works without a secure context.
  if (document.execCommand("copy")) {
    field.remove();
    button.focus();
    confirmOn(button);
    return;
  }
  field.addEventListener("blur", () => field.remove(), { once: true });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest('[data-behavior~="copy"]');
  if (!button) return;
  const { copyUrl } = button.dataset;
  const text = copyUrl ? await fetch(copyUrl).then((answer) => (answer.ok ? answer.text() : "")).catch(() => "") : textOf(button);
  try {
    await navigator.clipboard.writeText(text);
    confirmOn(button);
  } catch {
    offerField(button, text);
  }
});
