// Keeps what was typed into a form, so that a reload, an ended session or a restarted server loses nothing.
//
// Markup: <form data-behavior="draft" data-draft-key="create-<person's id>">. Kept in this tab (sessionStorage):
//   text, selects, radios and boxes with a name; never files, passwords or hidden fields.
//   data-draft="off" restores nothing (a form that the server filled: a remix, an error), but keeps what is typed next.
// With data-draft-url and data-draft-version the server keeps it, and this tab only what the server has not taken yet.
//   POST of the form's fields with draft_tab and draft_version answers JSON {"version": 3}, or 409 with words when
//   another tab is ahead: see modules/draft-server.js.
// Fields that appear later, because a restored choice swapped them in, are restored when htmx loads them.
// Forgotten when the form's own post succeeds.

const SAVE_MS = 250;
const PUSH_MS = 900;
const UNKEPT = new Set(["file", "hidden", "password", "submit", "button", "reset", "image"]);
// One for each page that is open: a copied tab must not pass for its original. Also without a secure context.
const TAB = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
const waiting = new WeakMap();
const timers = new WeakMap();
const restored = new WeakSet();
const load = () => import("../modules/draft-server.js");

const formOf = (element) => element?.closest?.('form[data-behavior~="draft"]');
const keyOf = (form) => `draft:${form.dataset.draftKey ?? form.id}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !UNKEPT.has(field.type));

// Storage may be full or forbidden; a draft is then simply not kept.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

function save(form) {
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "radio") {
      if (field.checked) values[field.name] = field.value;
    } else if (field.type === "checkbox") values[`${field.name}=${field.value}`] = field.checked;
    else values[field.name] = field.value;
  }
  attempt(() => sessionStorage.setItem(keyOf(form), JSON.stringify({ values, base: form.dataset.draftVersion })));
}

// What could not be brought to the server now stays in this tab, and goes with the next keystroke.
async function push(form) {
  if (!form.dataset.draftUrl || form.hasAttribute("data-busy")) return;
  const { send } = await load();
  if (await send(form, TAB) && !timers.has(form)) attempt(() => sessionStorage.removeItem(keyOf(form)));
}

function put(field, value) {
  if (field.type === "checkbox" || field.type === "radio") {
    const isChosen = field.type === "radio" ? field.value === value : value;
    if (field.checked === isChosen) return false;
    field.checked = isChosen;
    return isChosen || field.type === "checkbox";
  }
  if (field.value === value) return false;
  if (field.matches("select") && ![...field.options].some((option) => option.value === value)) return false;
  field.value = value;
  return true;
}

function apply(form) {
  const values = waiting.get(form);
  if (!values) return;
  for (const field of fieldsOf(form)) {
    const key = field.type === "checkbox" ? `${field.name}=${field.value}` : field.name;
    if (!(key in values) || !put(field, values[key])) continue;
    // htmx fetches the price or the fields of the restored model when it hears of the change.
    field.dispatchEvent(new Event(field.matches("textarea") ? "input" : "change", { bubbles: true }));
  }
}

function restore(form) {
  if (restored.has(form)) return;
  restored.add(form);
  if (form.elements.draft_tab) form.elements.draft_tab.value = TAB;
  if (form.dataset.draft === "off") return;
  const text = attempt(() => sessionStorage.getItem(keyOf(form)));
  const kept = text && attempt(() => JSON.parse(text));
  if (!kept?.values) return;
  // What the address asks for outranks what was left here.
  for (const name of new URLSearchParams(location.search).keys()) delete kept.values[name];
  waiting.set(form, kept.values);
  if (kept.base) form.dataset.draftVersion = kept.base;
  apply(form);
}

function schedule(form) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => {
    save(form);
    timers.set(form, setTimeout(() => {
      timers.delete(form);
      push(form);
    }, PUSH_MS - SAVE_MS));
  }, SAVE_MS));
}

for (const name of ["input", "change", "tray:changed"]) {
  document.addEventListener(name, (event) => {
    const form = formOf(event.target);
    if (!form) return;
    // From the first own keystroke on, the person's hand outranks the draft.
    if (event.isTrusted) waiting.delete(form);
    schedule(form);
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-draft-take], [data-draft-keep]");
  const form = formOf(button);
  if (form) (await load()).settle(form, TAB, "draftTake" in button.dataset);
});

// Not before htmx listens: a restored choice makes it fetch the fields that belong to it.
document.addEventListener("htmx:load", (event) => {
  const form = formOf(event.target);
  if (form) apply(form);
  document.querySelectorAll('form[data-behavior~="draft"]').forEach(restore);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, requestConfig, successful } = event.detail;
  if (!successful || requestConfig?.verb !== "post" || !elt.matches?.('form[data-behavior~="draft"]')) return;
  clearTimeout(timers.get(elt));
  timers.delete(elt);
  waiting.delete(elt);
  if (elt.dataset.draftUrl) elt.dataset.draftVersion = "0";
  attempt(() => sessionStorage.removeItem(keyOf(elt)));
});

function flush() {
  for (const form of document.querySelectorAll('form[data-behavior~="draft"]')) {
    if (!timers.has(form)) continue;
    clearTimeout(timers.get(form));
    save(form);
    timers.delete(form);
    push(form);
  }
}
window.addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
