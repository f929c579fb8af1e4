// The dialogs that write into the composer's prompt: a template to be filled in, and what a chat model made of it.
//
// Markup, inside the dialog: textarea[data-takes-prompt] is given the prompt; form[data-template-order="…/preview/"] puts
//   the prompt that comes of its values into the composer; [data-improving="…/stream/"] stands for a call under way, whose
//   stream is only listened to for its end; [data-accept] puts the text of template[data-improved] into the composer, and
//   [data-refuse] closes the dialog.
// What stood there before can be taken back from the notice that says so.

import { fetchDialog } from "./dialogs.js";

const promptOf = () => document.querySelector("[data-prompt]");

function write(text) {
  const field = promptOf();
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function put(text, words) {
  const before = promptOf()?.value ?? "";
  write(text);
  if (!before.trim() || before === text) return;
  const notice = document.createElement("div");
  notice.className = "notice";
  const said = document.createElement("p");
  said.className = "notice__text";
  said.textContent = words.replaced;
  const undo = document.createElement("button");
  undo.className = "button";
  undo.type = "button";
  undo.dataset.size = "small";
  undo.textContent = words.undo;
  undo.addEventListener("click", () => {
    write(before);
    notice.remove();
  });
  notice.append(said, undo);
  document.getElementById("notices")?.append(notice);
  document.dispatchEvent(new Event("notice:added"));
}

// A call is made at once when somebody listens; what it says is shown as a whole, when it has ended.
function listen(dialog, sources) {
  const place = dialog.querySelector("[data-improving]");
  if (!place || sources.has(place.dataset.improving)) return;
  const source = new EventSource(place.dataset.improving);
  sources.set(place.dataset.improving, source);
  source.addEventListener("done", () => {
    source.close();
    const shown = dialog.querySelector("[data-improving]");
    if (shown) window.htmx.trigger(shown, "improvement:ended");
  });
}

function warnIfMoved(dialog) {
  const original = dialog.querySelector("template[data-original]")?.content.textContent;
  const moved = dialog.querySelector("#improvement-moved");
  const present = promptOf()?.value.trim() ?? "";
  if (moved && present) moved.hidden = present === original?.trim();
}

async function order(form, dialog, words) {
  // From the first order on what is wrong stays shown, brought up to date as somebody types: an answer to what was typed
  // before the order must not hide it again.
  form.elements.is_order.value = "1";
  window.htmx.trigger("#template-preview-place", "htmx:abort");
  const body = new URLSearchParams(new FormData(form));
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "HX-Request": "true" };
  const answer = await fetch(form.dataset.templateOrder, { method: "POST", body, headers });
  const html = await answer.text();
  const filled = new DOMParser().parseFromString(html, "text/html").querySelector("template[data-filled]");
  if (filled) {
    dialog.close();
    put(filled.content.textContent, words);
    return;
  }
  window.htmx.swap("#template-preview", html, { swapStyle: "outerHTML" });
  requestAnimationFrame(() => form.querySelector(".field:has(.field__error:not([hidden])) .field__control")?.focus());
}

export async function open(opener) {
  const dialog = await fetchDialog(opener.dataset.promptDialog);
  if (!dialog) {
    location.assign(opener.href);
    return;
  }
  const words = { replaced: opener.parentElement.dataset.replaced, undo: opener.parentElement.dataset.undo };
  const sources = new Map();
  const field = dialog.querySelector("[data-takes-prompt]");
  if (field && promptOf()) {
    field.value = promptOf().value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  dialog.addEventListener("htmx:afterSettle", () => {
    listen(dialog, sources);
    warnIfMoved(dialog);
    dialog.querySelector("[autofocus]")?.focus();
  });
  dialog.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-template-order]");
    const improved = event.submitter?.closest("[data-accept]") && dialog.querySelector("template[data-improved]");
    if (!form && !improved) return;
    event.preventDefault();
    event.stopPropagation();
    if (form) order(form, dialog, words);
    else {
      dialog.close();
      put(improved.content.textContent, words);
    }
  }, true);
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-refuse]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    for (const source of sources.values()) source.close();
    dialog.parentElement.remove();
    if (opener.isConnected && document.activeElement === document.body) opener.focus();
  });
  dialog.showModal();
}
