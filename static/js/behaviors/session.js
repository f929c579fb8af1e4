// Carries a page over the end of a session: it says so, and when the person is back the same submit works.
//
// Server: an htmx request of an ended session is answered 401 with <div class="notice" data-session-address="/session/">
//   (shown by notice.js, swapped into nothing); an outdated token 403 with the same attribute. GET of that address
//   answers JSON {"authenticated": bool, "csrf": "…"}.
// While it lasts body[data-session="ended"] stands, and polls are silent. When the tab is looked at again, the address
//   is asked; if the person is signed in, every token of the page is renewed, the notice goes, and
//   "session:renewed" is sent on document. Prompt and files were never touched.
// A broken connection may also be a refused upload of an ended session, so that is asked, too: the words then come
//   from the template #notice-signed-out.

const NOTICE = ".notice[data-session-address]";
const address = document.getElementById("notice-signed-out")?.content.querySelector(NOTICE)?.dataset.sessionAddress;

async function readSession() {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function renew(token) {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
  const wasEnded = document.body.dataset.session === "ended";
  delete document.body.dataset.session;
  document.querySelectorAll(`#notices ${NOTICE}`).forEach((notice) => notice.remove());
  if (wasEnded) document.dispatchEvent(new CustomEvent("session:renewed"));
}

function end() {
  document.body.dataset.session = "ended";
  const notice = document.getElementById("notice-signed-out")?.content.querySelector(NOTICE);
  const place = document.getElementById("notices");
  if (notice && place && !place.querySelector(NOTICE)) place.append(notice.cloneNode(true));
}

async function lookAgain() {
  if (!address) return;
  const session = await readSession();
  if (session?.authenticated) renew(session.csrf);
  else if (session) end();
}

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) end();
  // The person may already be signed in again in another tab, under a token that this page does not know.
  if (status === 403 && event.detail.xhr.responseText.includes("data-session-address")) lookAgain();
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig?.verb !== "get") lookAgain();
});

const onReturn = () => { if (!document.hidden && document.body.dataset.session === "ended") lookAgain(); };
document.addEventListener("visibilitychange", onReturn);
window.addEventListener("focus", onReturn);
// A page out of the browser's memory may carry the token of a session long gone.
window.addEventListener("pageshow", (event) => { if (event.persisted) lookAgain(); });
