// Lets the way of messages change in its middle without losing the reader's place.
//
// Markup: [data-conversation-turns] in the element that scrolls. A form with data-behavior="turns" asks for the way from
//   its target on: what stands below the target goes with it. A button with data-version-step keeps its place on the
//   screen, and the focus, so that one can go on pressing it; otherwise the target's upper edge stays where it is.
// [data-gone="id id"] takes those elements away. [data-way-more] is sent "way:near" when it comes near; what #earlier
//   brings moves nothing that is read. [data-cancel-edit] gives the focus back to [data-edit-message]; Escape presses it.
// Sends "way:kept" on document when it keeps the place.

const NEAR_PIXELS = 1200;
let kept = null;

const turns = () => document.querySelector("[data-conversation-turns]");
const log = () => turns()?.parentElement;
const topOf = (element) => element.getBoundingClientRect().top;

function remember(event) {
  const { target, requestConfig, shouldSwap, xhr } = event.detail;
  const place = turns();
  if (!shouldSwap || !place?.contains(target) || event.detail.isError) return;
  if (target.id === "earlier") {
    kept = { height: log().scrollHeight, scroll: log().scrollTop };
    return;
  }
  const source = requestConfig?.elt;
  const form = source?.matches('[data-behavior~="turns"]') ? source : null;
  const step = form?.querySelector("[data-version-step]");
  kept = {
    before: target.previousElementSibling,
    step: step?.dataset.versionStep,
    top: topOf(step ?? target),
    isCancel: Boolean(source?.closest("[data-cancel-edit]")),
  };
  document.dispatchEvent(new CustomEvent("way:kept"));
  if (form && xhr.status < 400) while (target.nextElementSibling) target.nextElementSibling.remove();
}

function focusOn(element) {
  element?.focus({ preventScroll: true });
  if (element?.matches("textarea")) element.setSelectionRange(element.value.length, element.value.length);
}

function keep() {
  if (!kept) return;
  const { before, height, isCancel, scroll, step, top } = kept;
  kept = null;
  if (height !== undefined) {
    log().scrollTop = scroll + log().scrollHeight - height;
    return;
  }
  const article = before?.isConnected ? before.nextElementSibling : turns().firstElementChild;
  if (!article) return;
  const steps = step ? [...article.querySelectorAll("[data-version-step]")] : [];
  const same = steps.find((button) => button.dataset.versionStep === step);
  log().scrollTop += topOf(same ?? article) - top;
  if (step) focusOn(steps.find((button) => button === same && !button.disabled) ?? steps.find((button) => !button.disabled));
  else if (isCancel) focusOn(article.querySelector("[data-edit-message]"));
  else focusOn(article.querySelector("[data-undo], textarea[autofocus]"));
}

// Not before the page is at its end, and again for every new element.
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) target.dispatchEvent(new CustomEvent("way:near"));
}, { root: log(), rootMargin: `${NEAR_PIXELS}px 0px` });

function tidy() {
  for (const element of document.querySelectorAll("[data-gone]")) {
    for (const id of element.dataset.gone.split(" ").filter(Boolean)) document.getElementById(id)?.remove();
  }
  document.querySelectorAll("[data-way-more]").forEach((element) => near.observe(element));
}

document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSwap", keep);
document.addEventListener("htmx:load", tidy);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  const link = event.target.closest?.("[data-edited]")?.querySelector("[data-cancel-edit]");
  // Not by a click: the form may be so new that htmx does not know its link yet.
  if (link) window.htmx.ajax("GET", link.getAttribute("hx-get"), { source: link, target: link.getAttribute("hx-target"), swap: "outerHTML" });
});
requestAnimationFrame(tidy);
