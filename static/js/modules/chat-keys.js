// Keys of a chat: arrow up in an empty field opens the last own message to be edited.
//
// Markup: [data-edit-message] is the control of a message that opens its editing; the last one on the page is taken.

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || event.isComposing || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const field = event.target;
    const form = field.closest?.('form[data-behavior~="chat"]');
    if (!form || field !== form.elements.text || field.value || form.querySelector("[data-attachment]")) return;
    const edits = document.querySelectorAll("[data-edit-message]");
    const last = edits[edits.length - 1];
    if (!last) return;
    event.preventDefault();
    last.scrollIntoView({ block: "nearest" });
    last.click();
  });
}
