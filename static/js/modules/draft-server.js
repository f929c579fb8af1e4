// Brings a draft to the server, and asks when another tab has been there first.
//
// Use: await send(form, tab) tells whether the server has it; settle(form, tab, isOther) does what a person chose of two
//   drafts, from the buttons of templates/generations/_composer_conflict.html. The one that is not chosen is kept.

const MOST_KEPT_ALIVE = 60_000;
const running = new WeakMap();

function bodyOf(form, tab, more) {
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  body.set("draft_tab", tab);
  body.set("draft_version", form.dataset.draftVersion);
  if (more) body.set(more, "1");
  return body;
}

function post(form, body, signal) {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "HX-Request": "true" };
  // Outlives the page when that is being left, as long as it is small.
  const keepalive = String(body).length < MOST_KEPT_ALIVE;
  return fetch(form.dataset.draftUrl, { method: "POST", body, headers, signal, keepalive });
}

export async function send(form, tab) {
  if (form.querySelector("#composer-conflict")) return false;
  running.get(form)?.abort();
  const push = new AbortController();
  running.set(form, push);
  try {
    const answer = await post(form, bodyOf(form, tab, form.dataset.draft === "off" ? "draft_new" : ""), push.signal);
    if (answer.status === 409) form.querySelector("#composer-draft").innerHTML = await answer.text();
    if (!answer.ok) return false;
    form.dataset.draftVersion = (await answer.json()).version;
    form.dataset.draft = "kept";
    return true;
  } catch {
    return false;
  }
}

export async function settle(form, tab, isOther) {
  const answer = await post(form, bodyOf(form, tab, isOther ? "draft_aside" : "draft_new"));
  if (!answer.ok) return;
  form.querySelector("#composer-draft").replaceChildren();
  if (isOther) {
    form.dataset.draftVersion = answer.headers.get("X-Draft-Version");
    window.htmx.swap("#composer-body", await answer.text(), { swapStyle: "outerHTML" });
  } else form.dataset.draftVersion = (await answer.json()).version;
  form.querySelector("[data-prompt]").focus();
}

// A form that is being sent needs no draft any more.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig?.verb === "post") running.get(elt)?.abort();
});
