// Keeps a card that arrives twice from standing twice: an order's own answer and the next answer about changes may
// both bring it.
//
// Markup: cards carry data-card and an id.

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  for (const item of event.detail.fragment.querySelectorAll("[data-card][id]")) {
    const twin = document.getElementById(item.id);
    if (twin && twin !== event.detail.target) twin.remove();
  }
});
