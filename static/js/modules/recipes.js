// Fills the composer from the recipe that a dropped file carries.
//
// Use: await restore(file, form, otherwise) tells whether the file was such a one; if not it is an ordinary file. In a
//   filled composer [data-recipe-file] hands the file to `otherwise`, for who wanted the picture and not its recipe.
// Markup: form[data-recipe-url][data-recipe-reading], #composer-note for what goes on meanwhile.

const MARK = new TextEncoder().encode("studio-recipe/1");
const LOOKED_AT = 1024 * 1024;

const bytesOf = async (part) => new Uint8Array(await part.arrayBuffer());

function holds(bytes) {
  for (let at = bytes.indexOf(MARK[0]); at >= 0; at = bytes.indexOf(MARK[0], at + 1)) {
    if (MARK.every((byte, place) => bytes[at + place] === byte)) return true;
  }
  return false;
}

// Ours stands at the beginning or at the end of a file; most files need not travel to be known for what they are.
async function mayCarry(file) {
  if (!/^(image|video)\//.test(file.type)) return false;
  if (holds(await bytesOf(file.slice(0, LOOKED_AT)))) return true;
  return file.size > LOOKED_AT && holds(await bytesOf(file.slice(Math.max(LOOKED_AT, file.size - LOOKED_AT))));
}

function say(form, words) {
  const note = form.querySelector("#composer-note");
  note.textContent = words;
  note.hidden = !words;
}

async function ask(file, form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.append("file", file, file.name);
  try {
    return await fetch(form.dataset.recipeUrl, { method: "POST", body, headers: { "HX-Request": "true" } });
  } catch {
    return null;
  }
}

function offer(form, file, otherwise) {
  const button = form.querySelector("[data-recipe-file]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    otherwise(file);
    button.remove();
  });
}

export async function restore(file, form, otherwise) {
  if (!form.dataset.recipeUrl || !(await mayCarry(file))) return false;
  say(form, form.dataset.recipeReading);
  const answer = await ask(file, form);
  say(form, "");
  if (answer?.status === 422) window.htmx.swap("#notices", await answer.text(), { swapStyle: "beforeend" });
  if (answer?.status !== 200) return false;
  window.htmx.swap("#composer-body", await answer.text(), { swapStyle: "outerHTML" });
  offer(form, file, otherwise);
  // The draft keeps what now stands there, like anything that somebody types.
  form.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("[data-prompt]").focus();
  return true;
}
