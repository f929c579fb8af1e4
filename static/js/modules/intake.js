// Sends files to the server, a few at a time, and shows how far they are.
//
// Use: send(item, tile, { file | asset, name, cut }, arrive); `arrive(item, tile, html)` is called with the answer.
// Markup: the item has <progress>, [data-name] and [data-again]; a failed one gets data-failed-upload and may be retried.

const AT_ONCE = 3;
const waiting = [];
const running = new Map();
const orders = new WeakMap();

function next() {
  while (running.size < AT_ONCE && waiting.length) start(waiting.shift());
}

function start(item) {
  const order = orders.get(item);
  if (!item.isConnected || !order) return;
  const { tile, file, asset, cut, arrive } = order;
  const form = tile.closest("form");
  const body = new FormData();
  body.set("model", form.elements.from_model.value);
  body.set("role", tile.dataset.tile);
  if (file) body.set("file", file);
  if (asset) body.set("asset", asset);
  if (cut) body.set("cut", cut);
  const request = new XMLHttpRequest();
  running.set(item, request);
  request.open("POST", form.dataset.inputUrl);
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.setRequestHeader("HX-Request", "true");
  const progress = item.querySelector("progress");
  request.upload.addEventListener("progress", (event) => {
    // The last step, in which the server looks at the file, has no length that anybody knows.
    if (event.lengthComputable && event.loaded < event.total) progress.value = (100 * event.loaded) / event.total;
    else progress.removeAttribute("value");
  });
  request.addEventListener("loadend", () => {
    running.delete(item);
    if (request.status === 200 || request.status === 422) arrive(item, tile, request.responseText);
    else if (item.isConnected) fail(item, request);
    next();
  });
  request.send(body);
}

function fail(item, request) {
  item.dataset.failedUpload = "";
  item.setAttribute("aria-busy", "false");
  item.querySelector("progress").hidden = true;
  item.querySelector("[data-again]").hidden = false;
  item.title = item.closest("[data-tile]").dataset.failed;
  // An ended session and a proxy's refusal have words of their own, which others know how to show.
  if (request.status) document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr: request } }));
}

export function send(item, tile, { file, asset, cut }, arrive) {
  orders.set(item, { tile, file, asset, cut, arrive });
  waiting.push(item);
  next();
}

export function retry(item) {
  delete item.dataset.failedUpload;
  item.setAttribute("aria-busy", "true");
  item.querySelector("progress").hidden = false;
  item.querySelector("[data-again]").hidden = true;
  item.removeAttribute("title");
  waiting.push(item);
  next();
}

export function stop(item) {
  running.get(item)?.abort();
}
