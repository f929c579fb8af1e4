// Submits a prompt by keyboard, lets the text field grow, and never sends the same form twice at once.
//
// Markup: <form data-behavior="composer" data-kind="media|chat" hx-post=…> with one textarea[data-prompt] and one
//   submit button. Ctrl/⌘+Enter submits. With data-kind="chat" Enter submits and Shift+Enter breaks the line.
//   A composition of an input method that is under way never submits.
// While the form's own POST is in flight: form[data-busy], button[aria-busy="true"][aria-disabled="true"]; a second
//   submit is dropped. Requests of single fields (prices, a change of the model) do not count.
// Afterwards: on success a chat form empties its prompt and files, a media form keeps everything; the event
//   "composer:sent" bubbles from the form. An answer that is not a success leaves everything as it is.
// Server: send the next submission id out of band; answer 422 with what is wrong, 401 without a swap.

const isComposer = (element) => element instanceof HTMLFormElement && element.matches('[data-behavior~="composer"]');
const canGrowAlone = CSS.supports("field-sizing", "content");

function grow(prompt) {
  if (canGrowAlone) return;
  prompt.style.blockSize = "auto";
  prompt.style.blockSize = `${prompt.scrollHeight}px`;
}

function setBusy(form, isBusy) {
  form.toggleAttribute("data-busy", isBusy);
  for (const button of form.querySelectorAll('button[type="submit"]')) {
    button.toggleAttribute("aria-disabled", isBusy);
    if (isBusy) button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", String(isBusy));
  }
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.('[data-behavior~="composer"]');
  if (!form || event.key !== "Enter" || !event.target.matches("textarea")) return;
  // 229 is what Safari reports for the Enter that ends a composition, after it has said that none is under way.
  if (event.isComposing || event.keyCode === 229) return;
  const isAsked = event.ctrlKey || event.metaKey;
  const isChat = form.dataset.kind === "chat" && !event.shiftKey && !event.altKey;
  if (!isAsked && !isChat) return;
  event.preventDefault();
  // A button in it may belong to another form: "stop" does.
  const button = [...form.elements].find((element) => element.matches('button[type="submit"]'));
  if (!event.repeat) form.requestSubmit(button);
});

// Stands before htmx's own listener, so that a second click never becomes a request; plain posts are guarded alike.
document.addEventListener("submit", (event) => {
  if (!isComposer(event.target)) return;
  if (event.target.hasAttribute("data-busy")) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (!event.target.hasAttribute("hx-post")) setBusy(event.target, true);
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isComposer(event.detail.elt) && event.detail.requestConfig.verb === "post") setBusy(event.detail.elt, true);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!isComposer(form) || event.detail.requestConfig?.verb !== "post") return;
  setBusy(form, false);
  if (!event.detail.successful) return;
  if (form.dataset.kind === "chat") {
    // The model and what else was chosen stay for the next message.
    const prompt = form.querySelector("[data-prompt]");
    if (prompt) {
      prompt.value = "";
      grow(prompt);
      prompt.focus();
    }
  }
  form.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  if (event.target.matches?.('[data-behavior~="composer"] textarea')) grow(event.target);
});

// A page that comes back from the browser's memory must not believe that it is still sending.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll('form[data-behavior~="composer"][data-busy]').forEach((form) => setBusy(form, false));
});
