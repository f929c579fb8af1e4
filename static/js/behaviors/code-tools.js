// Puts a button that copies on every block of program text, in the reader's language.
//
// Markup: data-behavior="code-tools" around the blocks, <template id="code-tools"> with the button. Replies come
// without it, because one text is read in several languages.

function equip() {
  const tools = document.getElementById("code-tools");
  if (!tools) return;
  // A block that is still being written is drawn again and again, and gets its button at the end.
  for (const head of document.querySelectorAll('[data-behavior~="code-tools"] .code-block__head')) {
    if (!head.querySelector("button") && !head.closest("[data-stream-open]")) head.append(tools.content.cloneNode(true));
  }
}

document.addEventListener("htmx:load", equip);
document.addEventListener("stream:block", equip);
equip();
