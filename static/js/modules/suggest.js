// Typing help under a search box: filters, their values, tags and boards, for the word at the caret.
//
// Markup: <input role="combobox" data-suggest="address" aria-controls="id"> and the empty listbox of that id. The
//   answer holds [role="option"] with data-text (what the box then says) and data-caret. Arrows choose, Enter or a
//   click takes, Escape closes; without a choice Enter searches as ever. A composition in progress asks for nothing.

const WAIT_MS = 120;

export function attach(box) {
  if (box.dataset.awake === "") return;
  box.dataset.awake = "";
  const list = document.getElementById(box.getAttribute("aria-controls"));
  let waiting = 0;
  let asked = 0;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const current = () => list.querySelector('[aria-selected="true"]');

  function close() {
    clearTimeout(waiting);
    asked += 1;
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    current()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  function take(option) {
    box.value = option.dataset.text;
    box.focus();
    box.setSelectionRange(Number(option.dataset.caret), Number(option.dataset.caret));
    // A filter's name alone wants its value next.
    if (/[:><]$/.test(box.value.slice(0, box.selectionStart))) ask();
    else close();
  }

  async function ask() {
    const mine = (asked += 1);
    const words = new URLSearchParams({ q: box.value, at: box.selectionStart ?? box.value.length });
    const answer = await fetch(`${box.dataset.suggest}?${words}`).catch(() => null);
    if (!answer?.ok || mine !== asked || document.activeElement !== box) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.body.childNodes);
    list.hidden = !options().length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  box.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(ask, WAIT_MS);
  });
  box.addEventListener("click", () => { if (list.hidden) ask(); });
  box.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== box) close(); }, 150));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) {
      event.preventDefault();
      const all = options();
      const at = all.indexOf(current());
      choose(all[(at + step + all.length) % all.length]);
    } else if (step === 1) {
      event.preventDefault();
      ask();
    } else if (event.key === "Enter" && !list.hidden && current()) {
      event.preventDefault();
      take(current());
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) take(option);
  });
  if (box.value === "" || document.activeElement === box) waiting = setTimeout(ask, WAIT_MS);
}
