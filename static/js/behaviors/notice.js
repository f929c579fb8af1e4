// Shows what an answer says beside the page, and lets notices leave by themselves.
//
// Markup: <div id="notices" data-behavior="notice"> once a page; a .notice in it may have [data-dismiss] buttons and
//   data-stays (it then leaves only when dismissed; so do those with role="alert"). Templates #notice-failed and
//   #notice-unreachable hold the words for answers that say nothing themselves.
// A script that puts a notice there itself sends "notice:added" on document.
// Server: an error answer (4xx, 5xx except 422) whose body holds a .notice is shown as that notice, in place of one
//   with the same id; after a success send notices out of band: <div hx-swap-oob="beforeend:#notices">….</div>.

const SHOWN_MS = 7000;
const timed = new WeakSet();
const region = () => document.querySelector('[data-behavior~="notice"]');

function schedule(notice) {
  if (timed.has(notice) || "stays" in notice.dataset || notice.getAttribute("role") === "alert") return;
  timed.add(notice);
  const leave = () => {
    // Not from under the eyes or the keyboard of somebody who is reading it.
    if (notice.matches(":hover") || notice.contains(document.activeElement)) setTimeout(leave, SHOWN_MS / 2);
    else notice.remove();
  };
  setTimeout(leave, SHOWN_MS);
}

function show(notice) {
  const place = region();
  if (!place || !notice) return;
  const shown = notice.id && place.querySelector(`#${CSS.escape(notice.id)}`);
  if (shown) shown.replaceWith(notice);
  else place.append(notice);
  schedule(notice);
}

const fromTemplate = (id) => document.getElementById(id)?.content.querySelector(".notice")?.cloneNode(true);

// Only elements and words are taken over: the answer may come from a proxy.
function fromAnswer(text) {
  const notice = new DOMParser().parseFromString(text, "text/html").querySelector(".notice");
  notice?.querySelectorAll("script, style, iframe, object").forEach((element) => element.remove());
  return notice && document.importNode(notice, true);
}

const isPoll = (event) => event.detail.requestConfig?.elt.matches?.('[data-behavior~="changes"]');

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const notice = fromAnswer(xhr.responseText);
  if (notice) show(notice);
  else if (!isPoll(event)) show(fromTemplate("notice-failed"));
});

// The poll asks again by itself, and a person who does nothing need not hear that the network is gone.
const unreachable = (event) => { if (!isPoll(event)) show(fromTemplate("notice-unreachable")); };
document.addEventListener("htmx:sendError", unreachable);
document.addEventListener("htmx:timeout", unreachable);

document.addEventListener("click", (event) => { event.target.closest("[data-dismiss]")?.closest(".notice")?.remove(); });

const scheduleAll = () => region()?.querySelectorAll(".notice").forEach(schedule);
document.addEventListener("htmx:load", scheduleAll);
document.addEventListener("notice:added", scheduleAll);
scheduleAll();
