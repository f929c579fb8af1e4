// Brings what only a conversation needs: live replies, following them, turns that change, words that were found.
//
// Markup: data-behavior="conversation" on the log of messages, [data-conversation-turns] on what they stand in.

let isLoaded = false;

async function load() {
  if (isLoaded || !document.querySelector('[data-behavior~="conversation"]')) return;
  isLoaded = true;
  // The log stands at its end before anything asks what is near its beginning.
  await import("../modules/autoscroll.js");
  await Promise.all([import("../modules/stream.js"), import("../modules/turns.js")]);
  const searched = document.querySelector("[data-found-words]");
  if (searched) (await import("../modules/found.js")).mark(searched);
}

document.addEventListener("htmx:load", load);
load();
