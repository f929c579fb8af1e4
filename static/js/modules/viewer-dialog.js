// An item as a dialog over its list: fetched, opened, walked through, closed again, with the address following.
//
// Server: GET /g/<id>/ with HX-Target "dialogs" answers the dialog, with "viewer-root" what is inside of it.

import { takeAway } from "./dialogs.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dialogOf = () => document.getElementById("viewer-dialog");
const rootOf = () => document.getElementById("viewer-root");
let opener = null;
let listTitle = "";

// Which list it is opened from, so that the keys walk through that one.
function withList(address) {
  const page = document.getElementById("timeline")?.dataset.page ?? "";
  const words = new URLSearchParams(location.search);
  for (const name of page === "create" ? [...words.keys()].filter((name) => name !== "show") : ["after"]) words.delete(name);
  const own = new URL(address, location.href);
  if (!page || own.search) return own.href;
  return `${own.pathname}?${new URLSearchParams([["in", page], ...words])}`;
}

function place() {
  let found = document.getElementById("dialogs");
  if (!found) {
    found = document.createElement("div");
    found.id = "dialogs";
    document.body.append(found);
  }
  return found;
}

// A dialog would stand naked until its stylesheets are there.
const styled = (dialog) => Promise.all([...dialog.querySelectorAll('link[rel="stylesheet"]')].map((link) => link.sheet
  || new Promise((resolve) => { for (const event of ["load", "error"]) link.addEventListener(event, resolve, { once: true }); })));

function move(from, change) {
  const picture = from?.closest("[data-card]")?.querySelector(".generation-card__image");
  if (!document.startViewTransition || calm.matches || !picture) return change();
  picture.style.setProperty("view-transition-name", "media");
  const transition = document.startViewTransition(() => {
    picture.style.removeProperty("view-transition-name");
    change();
  });
  return transition.updateCallbackDone;
}

async function fetchInto(address, target, swap) {
  await window.htmx.ajax("GET", address, { target, swap });
}

export async function open(link, { isPushed = true } = {}) {
  const address = withList(link.href);
  await fetchInto(address, place(), "innerHTML");
  const dialog = dialogOf();
  if (!dialog) return;
  await styled(dialog);
  opener = link.isConnected ? link : null;
  listTitle = document.title;
  if (isPushed) history.pushState({}, "", address);
  await move(opener, () => dialog.showModal());
  document.title = rootOf().dataset.title;
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
}

// The address goes first; the list that it names then closes the dialog.
function leave() {
  history.back();
}

function close() {
  const dialog = dialogOf();
  const id = rootOf()?.querySelector("[data-opened]")?.dataset.opened;
  // One who walked on to another item comes back to that one, where the list shows it.
  const card = document.querySelector(`#timeline [data-card][id="card-${id}"] [data-card-open]`) ?? opener;
  dialog.querySelectorAll("video").forEach((video) => video.pause());
  dialog.close();
  takeAway(dialog);
  document.title = listTitle;
  if (card?.isConnected) {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
}

// Keys are faster than answers: one that comes on the way to an item is obeyed when that item is there.
const WALKING = new Set(["ArrowLeft", "ArrowUp", "k", "ArrowRight", "ArrowDown", "j"]);
const pressed = [];
let isWalking = false;

async function walkOn(address) {
  isWalking = true;
  try {
    await walk(address);
  } finally {
    isWalking = false;
    const key = pressed.shift();
    const link = key && rootOf()?.querySelector(`a[data-shortcut~="${key}"]`);
    if (link) link.click();
    else pressed.length = 0;
  }
}

document.addEventListener("keydown", (event) => {
  if (!isWalking || !WALKING.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  pressed.push(event.key);
}, { capture: true });

async function walk(address) {
  const focused = document.activeElement?.dataset.shortcut ?? "ArrowRight j ArrowDown";
  await fetchInto(address, "#viewer-root", "outerHTML");
  document.title = rootOf().dataset.title;
  // The focus would fall out of the dialog with what it stood on.
  (rootOf().querySelector(`a[data-shortcut="${focused}"]`) ?? rootOf().querySelector("[data-viewer-close]")).focus();
}

// What the browser's own buttons ask for.
export async function follow() {
  const isItem = location.pathname.startsWith("/g/");
  if (!isItem) close();
  else if (dialogOf()?.open) await walk(location.href);
  else await open({ href: location.href, isConnected: false }, { isPushed: false });
}

document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("#viewer-dialog");
  const link = dialog && event.target.closest("a[href]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.matches("[data-viewer-close]")) {
    event.preventDefault();
    leave();
  } else if (link.pathname.startsWith("/g/") && !link.hasAttribute("hx-get")) {
    event.preventDefault();
    history.replaceState({}, "", link.href);
    walkOn(link.href);
  }
});

// What went to the trash leaves the list, and the way back stands among the page's notices.
document.addEventListener("library:trashed", () => { if (dialogOf()?.open) leave(); });
