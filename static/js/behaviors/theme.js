// Shows a chosen theme at once, without loading the page again.
//
// Markup: a form with data-behavior="theme" and hx-post, whose buttons are name="theme" value="" | "light" | "dark".
// Server: answers with the header HX-Trigger: {"preferences-changed": {"theme": "dark"}}.

document.addEventListener("preferences-changed", (event) => {
  const { theme } = event.detail;
  if (theme === undefined) return;
  document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll('[data-behavior~="theme"] [name="theme"]')) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
});
