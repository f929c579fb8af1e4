// Asks now and then whether the gateway is paused, so that every open page says so without being loaded again.
//
// Markup: <div id="pause" data-behavior="pause" hx-get="/gateway/pause/?known=…" hx-trigger="pause:due" hx-swap="outerHTML">.
// Server: 204 for "as you know it"; else the element itself, with or without a banner in it.
// A hidden tab asks nothing; on return it asks at once. body[data-session="ended"] silences it.

const EVERY_MS = 20000;
let askedAt = Date.now();

function ask() {
  if (document.hidden || Date.now() - askedAt < EVERY_MS || document.body.dataset.session === "ended") return;
  const asker = document.querySelector('[data-behavior~="pause"]');
  if (!asker || !window.htmx) return;
  askedAt = Date.now();
  window.htmx.trigger(asker, "pause:due");
}

document.addEventListener("visibilitychange", ask);
setInterval(ask, 1000);
