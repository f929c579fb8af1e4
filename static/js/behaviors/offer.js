// Offers a step once its time has come.
//
// Markup: <button disabled data-behavior="offer" data-from="2026-11-23T06:42:19Z" data-now="2026-11-23T06:41:07Z">
//   data-now is the server's clock when it wrote this. Of the same menu or detail, [data-offer-wait] goes then. Without
//   this script the next page view offers it.

function offer(button) {
  const wait = Date.parse(button.dataset.from) - Date.parse(button.dataset.now);
  delete button.dataset.from;
  setTimeout(() => {
    button.disabled = false;
    button.closest(".menu, [id^='decision-']")?.querySelectorAll("[data-offer-wait]").forEach((note) => note.remove());
  }, Math.max(0, wait) + 500);
}

const offerAll = () => document.querySelectorAll('[data-behavior~="offer"][data-from]').forEach(offer);
document.addEventListener("htmx:load", offerAll);
offerAll();
