// Brings what only a chat needs: files beside a message, drafts on the server, the last message by arrow up, and the
// search of its threads.
//
// Markup: data-behavior="chat" on the form of a message. [data-thread-search] is the box that searches threads; its form
//   gets "thread-search:typed" when somebody has stopped typing.
// A turn that arrives twice, with the end of a stream and by a reload of its message, stands once.

const TYPED_MS = 200;
let loaded = null;

function load() {
  if (loaded || !document.querySelector('form[data-behavior~="chat"]')) return;
  loaded = Promise.all([import("../modules/attachments.js"), import("../modules/chat-draft.js"), import("../modules/chat-keys.js")])
    .then((modules) => modules.forEach(({ start }) => start()));
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  for (const turn of event.detail.fragment.querySelectorAll(".message[id]")) {
    if (document.getElementById(turn.id)) turn.remove();
  }
});

// Where later messages are not on the page, a new one cannot stand behind them: the thread opens at its end instead.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig?.elt.id !== "chat-composer" || xhr.status !== 200 || !document.getElementById("later")) return;
  event.detail.shouldSwap = false;
  location.assign(location.pathname);
});

// A composition in progress asks for nothing; emptied, the box gives the list back.
let typed;
for (const name of ["input", "compositionend"]) {
  document.addEventListener(name, (event) => {
    if (!event.target.matches?.("[data-thread-search]") || event.isComposing) return;
    clearTimeout(typed);
    typed = setTimeout(() => event.target.form.dispatchEvent(new CustomEvent("thread-search:typed")), TYPED_MS);
  });
}

document.addEventListener("htmx:load", load);
load();
