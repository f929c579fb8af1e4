// Writes times the way people read them, in the person's own time zone, with the exact one on hover.
//
// Markup: <time datetime="2026-11-23T06:41:07Z" data-behavior="local-time">what the server wrote</time>
//   data-style="relative" (12 minutes ago; the default), "time" (06:41) or "exact" (23 Nov 2026, 06:41).
// The language is the page's lang, the zone its data-time-zone, else the browser's.

const UPDATE_MS = 30000;
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7], ["week", 4.35], ["month", 12], ["year", Infinity]];
const root = document.documentElement;
const language = root.lang || undefined;

function formatWith(options) {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: root.dataset.timeZone || undefined });
  } catch {
    // An old browser may not know the zone.
    return new Intl.DateTimeFormat(language, options);
  }
}

const formats = {
  exact: formatWith({ dateStyle: "medium", timeStyle: "short" }),
  full: formatWith({ dateStyle: "full", timeStyle: "medium" }),
  time: formatWith({ hour: "2-digit", minute: "2-digit" }),
};
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

function ago(date) {
  let amount = (date - Date.now()) / 1000;
  // A clock that runs a little ahead must not announce the future.
  if (amount > 0 && amount < 60) amount = 0;
  for (const [unit, length] of STEPS) {
    if (Math.abs(amount) < length) return relative.format(Math.round(amount), unit);
    amount /= length;
  }
  return formats.exact.format(date);
}

function write(element) {
  const date = new Date(element.dateTime);
  if (Number.isNaN(date.getTime())) return;
  const style = element.dataset.style ?? "relative";
  const text = style in formats ? formats[style].format(date) : ago(date);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = formats.full.format(date);
}

const writeAll = () => document.querySelectorAll('time[data-behavior~="local-time"]').forEach(write);
document.addEventListener("htmx:load", writeAll);
document.addEventListener("visibilitychange", () => { if (!document.hidden) writeAll(); });
setInterval(() => { if (!document.hidden) writeAll(); }, UPDATE_MS);
writeAll();
