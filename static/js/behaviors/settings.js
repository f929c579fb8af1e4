// Lets the settings of a form answer each other, without asking the server.
//
// Markup, inside <form data-behavior="settings">:
//   data-condition-name="output_format" data-condition-values="jpeg webp" on what exists only beside these values of
//     another setting: hidden, and not sent, otherwise.
//   .chip-menu with one [data-chosen] in its button and radios in its menu: the button shows the chosen one's label.
//   input[name="input_group"][data-number] and [data-choosable][data-group]: files of one group at a time are in sight
//     and sent.
//   [data-tile][data-needs="role role"]: takes files only while one of these roles has some.
//   [name="also"][data-roles] inside [data-most]: models that can join, as long as they take every role in use and are
//     not too many; [data-joined-count] shows how many.
//   [name="seed"]: typing one fixes it.
//   #composer-errors[data-invalid="prompt"] marks the prompt, which no answer replaces.

const FORM = 'form[data-behavior~="settings"]';

function valueOf(form, name) {
  const field = form.elements[name];
  if (field instanceof RadioNodeList && field[0]?.type !== "radio") return [...field].findLast((one) => one.checked)?.value ?? "";
  return field?.value ?? "";
}

function heedConditions(form) {
  for (const place of form.querySelectorAll("[data-condition-name]")) {
    const isOff = !place.dataset.conditionValues.split(" ").includes(valueOf(form, place.dataset.conditionName));
    place.hidden = isOff;
    for (const control of place.querySelectorAll("input, select")) control.disabled = isOff;
  }
}

const isFilled = (tile) => Boolean(tile?.querySelector("[data-items] > *"));

function heedTiles(form) {
  const chosen = form.querySelector('input[name="input_group"]:checked')?.dataset.number;
  for (const list of form.querySelectorAll("[data-choosable]")) list.hidden = list.dataset.group !== chosen;
  for (const tile of form.querySelectorAll("[data-tile]")) {
    const list = tile.closest("[data-choosable]");
    const needs = tile.dataset.needs?.split(" ") ?? [];
    const isWaiting = needs.length > 0 && !needs.some((role) => isFilled(form.querySelector(`[data-tile="${role}"]`)));
    for (const control of tile.querySelectorAll("input")) {
      control.dataset.off ??= String(control.disabled);
      // While no group is chosen, what is empty may still take a dropped file; what is not empty was put aside.
      const isAside = list?.hidden && (chosen || control.type !== "file");
      control.disabled = control.dataset.off === "true" || Boolean(isAside) || (isWaiting && control.type === "file");
    }
    const add = tile.querySelector("[data-needs-title]");
    if (!add) continue;
    add.dataset.hint ??= add.title;
    add.title = isWaiting ? add.dataset.needsTitle : add.dataset.hint;
    add.querySelector("button").disabled = isWaiting;
  }
}

function heedJoined(form) {
  const group = form.querySelector("[data-most]:has([name=also])");
  if (!group) return;
  const boxes = [...group.querySelectorAll('[name="also"]')];
  const used = [...form.querySelectorAll("[data-tile]")].filter((tile) => isFilled(tile) && !tile.closest("[hidden]"));
  const count = boxes.filter((box) => box.checked).length;
  for (const box of boxes) {
    const isUnfit = used.some((tile) => !box.dataset.roles.split(" ").includes(tile.dataset.tile));
    box.disabled = isUnfit || (!box.checked && count >= Number(group.dataset.most));
  }
  const shown = form.querySelector("[data-joined-count]");
  const joined = boxes.filter((box) => box.checked && !box.disabled).length;
  shown.hidden = !joined;
  shown.textContent = `+ ${joined}`;
}

function showChoice(radio) {
  const place = radio.closest(".chip-menu")?.querySelector("[data-chosen]");
  const label = radio.closest("label")?.querySelector(".chip__chosen");
  if (place && label) place.innerHTML = label.innerHTML;
}

function markPrompt(form) {
  const prompt = form.querySelector("[data-prompt]");
  const isInvalid = form.querySelector("#composer-errors")?.dataset.invalid === "prompt";
  if (isInvalid) prompt?.setAttribute("aria-invalid", "true");
  else prompt?.removeAttribute("aria-invalid");
}

function heed(form) {
  heedConditions(form);
  heedTiles(form);
  heedJoined(form);
  form.querySelectorAll('.chip-menu input[type="radio"]:checked').forEach(showChoice);
}

for (const name of ["change", "tray:changed"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.(FORM);
    if (form) heed(form);
  });
}

document.addEventListener("input", (event) => {
  const fixed = event.target.matches?.(`${FORM} [name="seed"]`) && event.target.form.querySelector('[name="seed_mode"][value="fixed"]');
  if (fixed) fixed.checked = true;
});

document.addEventListener("htmx:load", () => {
  for (const form of document.querySelectorAll(FORM)) {
    heed(form);
    markPrompt(form);
  }
});
