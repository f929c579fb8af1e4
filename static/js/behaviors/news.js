// Says what came to an end while nobody looked, and tells every question about changes how its tab is looked at.
//
// Asked with [data-behavior~="changes"]: eyes=here (this tab is looked at), other (another tab of the studio is) or away;
//   turned=1 with the first question after the tab was shown or hidden, and while [data-news-waits] is on the page.
// Server: [data-announce="<key>"][data-url][data-text] with a title in it, among an answer about changes, is shown by the
//   browser outside of the page. What the page itself says comes as notices, out of band.
// Markup: form[data-behavior~="notifications"][data-wanted="0|1"] turns that on: its submit asks the browser first, and
//   [data-notify-hint="insecure|denied"] in it says why not. [data-ask-permission] asks again in another browser.
// Nothing is asked without a click, and a person who wants none of it never sees the browser's question.

// A tab that is looked at asks every 30 s at least.
const LOOKED_MS = 35_000;
const HIDE_MS = 1000;
const KEY = "studio.looked-at";
const FORM = 'form[data-behavior~="notifications"]';
let hasTurned = false;

const canNotify = () => window.isSecureContext && "Notification" in window;
const askNow = () => document.dispatchEvent(new CustomEvent("changes:now"));

// Storage may be forbidden; then every hidden tab counts as the only one.
function remember(value) {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    return;
  }
}

function lastLook() {
  try {
    return Number(localStorage.getItem(KEY));
  } catch {
    return 0;
  }
}

function eyes() {
  if (!document.hidden) return "here";
  return Date.now() - lastLook() < LOOKED_MS ? "other" : "away";
}

function announce(mark) {
  const { announce: tag, text, url } = mark.dataset;
  if (!canNotify() || Notification.permission !== "granted") return;
  const shown = new Notification(mark.textContent, { body: text, tag, lang: document.documentElement.lang });
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
    location.assign(url);
  });
}

function hint(form, name) {
  for (const line of form.querySelectorAll("[data-notify-hint]")) line.hidden = line.dataset.notifyHint !== name;
}

async function askPermission(form) {
  if (!canNotify()) {
    hint(form, "insecure");
    return false;
  }
  const answer = await Notification.requestPermission();
  hint(form, answer === "denied" ? "denied" : "");
  return answer === "granted";
}

function offerPermission() {
  for (const button of document.querySelectorAll("[data-ask-permission]")) {
    button.hidden = canNotify() && Notification.permission === "granted";
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.(FORM) || form.dataset.wanted === "1") return;
  if (canNotify() && Notification.permission === "granted") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // Not before this event is over: a form that is just being submitted cannot be submitted.
  askPermission(form).then((isGranted) => { if (isGranted) setTimeout(() => form.requestSubmit()); });
}, { capture: true });

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ask-permission]");
  if (button) askPermission(button.closest(FORM)).then(offerPermission);
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.('[data-behavior~="changes"]')) return;
  event.detail.parameters.eyes = eyes();
  if (!document.hidden) remember(String(Date.now()));
  if (hasTurned) event.detail.parameters.turned = "1";
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig?.parameters?.turned) hasTurned = false;
});

document.addEventListener("visibilitychange", () => {
  hasTurned = true;
  if (document.hidden) {
    remember("0");
    // A page that is left for another one is hidden too, and needs to ask nothing.
    setTimeout(() => { if (document.hidden) askNow(); }, HIDE_MS);
  } else askNow();
});
document.addEventListener("stream:done", askNow);

document.addEventListener("htmx:load", (event) => {
  event.detail.elt.querySelectorAll?.("[data-announce]").forEach(announce);
  offerPermission();
});
offerPermission();
if (document.querySelector("[data-news-waits]")) {
  hasTurned = true;
  // htmx begins when the document is ready.
  window.addEventListener("load", askNow, { once: true });
}
