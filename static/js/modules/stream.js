// Shows a reply while it is written.
//
// Markup: <article class="message" id="message-…" data-role="assistant" aria-busy="true" data-behavior="stream"
//   data-stream-url="…/stream/" data-message-url="…"> with <div data-stream-body> (class "message__body prose") and,
//   where a model thinks aloud, <details hidden data-stream-reasoning> with <div data-stream-thought> in it. Without a
//   script the article is what it is: the text up to now.
// Server: text/event-stream, every data line one JSON object, a comment line every 15 s, and id: the position reached. A
//   broken connection is opened again by the browser with Last-Event-ID; a tab that was hidden for a minute closes its
//   stream and asks with ?since= when it is looked at again. The server goes on from there, or begins again with "reset".
//     event: reset    {"html": all settled blocks, "open": the block being written, "thought": all of the reasoning,
//                     "seconds": how long that took}
//     event: delta    {"html": blocks settled since the last event, may be "", "open": the block being written}
//     event: text     {"text": plain text that goes in front of the caret ([data-caret]) of the open block}
//     event: thought  {"text": plain text to be added to the reasoning}
//     event: pondered {"seconds": how long the reasoning took}
//     event: done     {"html": the whole message partial in its final state}. The stream ends here, whether the reply is
//                     complete, stopped, failed or interrupted: the partial says which.
//   HTML is safe and final when it arrives. Names other than these are ignored ("open" and "error" belong to browsers).
// When the address refuses (no stream there, session ended), data-message-url is fetched into the article's place.
// Sends "stream:block" from the article when settled blocks have come, and "stream:done" on document.

const AGAIN_MS = 3000;
const AGAIN_MAX_MS = 30_000;
const HIDDEN_MS = 60_000;
const sources = new Map();
const positions = new WeakMap();
let resting;

function openPlace(body) {
  const known = body.querySelector(":scope > [data-stream-open]");
  if (known) return known;
  const place = document.createElement("div");
  place.setAttribute("data-stream-open", "");
  body.append(place);
  return place;
}

const show = {
  reset(article, { html, open, seconds, thought = "" }) {
    article.querySelector("[data-stream-body]").replaceChildren();
    show.delta(article, { html, open });
    const place = article.querySelector("[data-stream-thought]");
    if (place) place.textContent = "";
    show.thought(article, { text: thought });
    if (seconds) show.pondered(article, { seconds });
  },
  delta(article, { html = "", open = "" }) {
    const place = openPlace(article.querySelector("[data-stream-body]"));
    if (html) place.insertAdjacentHTML("beforebegin", html);
    place.innerHTML = open;
    if (html) article.dispatchEvent(new CustomEvent("stream:block", { bubbles: true }));
  },
  text(article, { text }) {
    const caret = article.querySelector("[data-stream-open] [data-caret]");
    const before = caret?.previousSibling;
    if (before?.nodeType === Node.TEXT_NODE) before.appendData(text);
    else caret?.before(text);
  },
  thought(article, { text }) {
    const reasoning = article.querySelector("[data-stream-reasoning]");
    if (!text || !reasoning) return;
    reasoning.hidden = false;
    reasoning.querySelector("[data-stream-thought]").append(text);
  },
  pondered(article, { seconds }) {
    const label = article.querySelector("[data-stream-pondered]");
    if (label) label.textContent = label.dataset.streamPondered.replace("…", seconds);
  },
};

function isSelectedIn(element) {
  const selection = document.getSelection();
  return !selection.isCollapsed && selection.rangeCount > 0 && selection.getRangeAt(0).intersectsNode(element);
}

function finish(article, html) {
  if (!article.isConnected) return;
  // Somebody is copying from it: the final form can wait.
  if (isSelectedIn(article)) {
    article.setAttribute("aria-busy", "false");
    document.addEventListener("selectionchange", () => finish(article, html), { once: true });
    return;
  }
  const { id } = article;
  const isUnfolded = article.querySelector("[data-stream-reasoning]")?.open;
  window.htmx.swap(article, html, { swapStyle: "outerHTML" });
  // What the person has unfolded stays unfolded.
  if (isUnfolded) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
  document.dispatchEvent(new CustomEvent("stream:done"));
}

function close(article) {
  sources.get(article)?.close();
  sources.delete(article);
}

async function fetchInstead(article, pause = AGAIN_MS) {
  close(article);
  await new Promise((resolve) => setTimeout(resolve, pause));
  const isEnded = document.body.dataset.session === "ended";
  if (!article.isConnected || sources.has(article) || isEnded || document.hidden) return;
  let answer = null;
  try {
    answer = await fetch(article.dataset.messageUrl, { headers: { "HX-Request": "true" } });
  } catch {
    // The server is on its way back, or the network is.
  }
  if (answer?.ok) window.htmx.swap(article, await answer.text(), { swapStyle: "outerHTML" });
  // Asked this way, the notice about the ended session appears.
  else if (answer?.status === 401) window.htmx.ajax("GET", article.dataset.messageUrl, { source: article, swap: "none" });
  else if (answer?.status !== 404) fetchInstead(article, Math.min(2 * pause, AGAIN_MAX_MS));
}

function open(article) {
  if (sources.has(article) || !article.dataset.streamUrl) return;
  const since = positions.get(article);
  const source = new EventSource(article.dataset.streamUrl + (since ? `?since=${since}` : ""));
  sources.set(article, source);
  for (const [name, act] of Object.entries(show)) {
    source.addEventListener(name, (event) => {
      positions.set(article, event.lastEventId);
      act(article, JSON.parse(event.data));
    });
  }
  source.addEventListener("done", (event) => {
    close(article);
    finish(article, JSON.parse(event.data).html);
  });
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) fetchInstead(article); });
}

function openAll() {
  for (const article of sources.keys()) if (!article.isConnected) close(article);
  document.querySelectorAll('[data-behavior~="stream"]').forEach(open);
}

const closeAll = () => sources.forEach((_, article) => close(article));

document.addEventListener("htmx:load", openAll);
document.addEventListener("session:renewed", openAll);
// A browser has few connections for one host, and nobody looks.
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) resting = setTimeout(closeAll, HIDDEN_MS);
  else openAll();
});
window.addEventListener("pagehide", closeAll);
window.addEventListener("pageshow", (event) => { if (event.persisted) openAll(); });
openAll();
