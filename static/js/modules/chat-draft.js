// Keeps what is typed into a chat on the server while it is typed, and on this device until the server has it.
//
// Markup: form[data-behavior~="chat"][data-draft-url][data-draft-key], data-thread="<id>" or "" for a new one.
// Server: POST {thread, submission_id, text, attachments, model, …} answers 204; a page comes with what was kept in it.
// On this device (localStorage, by data-draft-key) lies only what no answer has confirmed. When a page opens with such a
//   rest, it is put back; where the server has other words meanwhile, both stand in the field.

import { addNamed } from "./attachments.js";
import { csrfToken } from "./upload.js";

const FORM = 'form[data-behavior~="chat"]';
const SAVE_MS = 700;
const KEEPALIVE_MAX_BYTES = 60000;
const NAMES = ["thread", "submission_id", "text", "attachments", "model", "preset", "visibility"];
const restored = new WeakSet();
let timer = 0;
let saving = null;

// Storage may be full or forbidden; then the server alone keeps the draft.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

const keyOf = (form) => `chat-draft:${form.dataset.draftKey}`;

function valuesOf(form) {
  const values = new FormData(form);
  values.set("thread", form.dataset.thread);
  return NAMES.flatMap((name) => values.getAll(name).filter((value) => typeof value === "string").map((value) => [name, value]));
}

const keepHere = (form) => attempt(() => localStorage.setItem(keyOf(form), JSON.stringify(valuesOf(form))));
const forgetHere = (form) => attempt(() => localStorage.removeItem(keyOf(form)));

async function save(form) {
  clearTimeout(timer);
  timer = 0;
  if (!form.isConnected || form.hasAttribute("data-busy")) return;
  const values = valuesOf(form);
  saving?.abort();
  saving = new AbortController();
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  const body = new URLSearchParams(values);
  // A request that outlives its page has room for little; a longer rest lies on this device until the page is back.
  const keepalive = body.toString().length < KEEPALIVE_MAX_BYTES;
  const request = { method: "POST", headers, body, signal: saving.signal, keepalive };
  const answer = await fetch(form.dataset.draftUrl, request).catch(() => null);
  // Nothing was typed meanwhile that this answer does not know of.
  if (answer?.ok && !timer) forgetHere(form);
}

function typed(form) {
  keepHere(form);
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS, form);
}

function restore(form) {
  if (restored.has(form)) return;
  restored.add(form);
  const kept = attempt(() => JSON.parse(localStorage.getItem(keyOf(form)) ?? "null"));
  if (!Array.isArray(kept)) return;
  const field = form.elements.text;
  const text = kept.find(([name]) => name === "text")?.[1] ?? "";
  if (text && !field.value.includes(text)) {
    const isOlder = !field.value || text.includes(field.value);
    field.value = isOlder ? text : `${field.value}\n\n${text}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  addNamed(form, kept.filter(([name]) => name === "attachments").map(([, value]) => value));
}

const restoreAll = () => document.querySelectorAll(FORM).forEach(restore);

export function start() {
  const onChange = (event) => {
    const form = event.target.form ?? event.target;
    if (form?.matches?.(FORM)) typed(form);
  };
  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  document.addEventListener("chat:changed", onChange);
  document.addEventListener("session:renewed", () => document.querySelectorAll(FORM).forEach(save));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.matches?.(FORM)) return;
    // What is being sent is no draft any more; an answer that is late must not bring it back.
    clearTimeout(timer);
    timer = 0;
    saving?.abort();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt: form, xhr } = event.detail;
    // An answer that leads to another page is not called successful, and is.
    if (form.matches?.(FORM) && xhr?.status >= 200 && xhr.status < 300) forgetHere(form);
  });
  window.addEventListener("pagehide", () => { if (timer) document.querySelectorAll(FORM).forEach(save); });
  document.addEventListener("htmx:load", restoreAll);
  restoreAll();
}
