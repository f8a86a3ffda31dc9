// The button that switches between light and dark; the choice is kept in this browser for every page.

export function wireTheme(button) {
  const root = document.documentElement;
  const chosen = localStorage.getItem("atelier.theme");
  if (chosen) root.dataset.theme = chosen;
  button.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("atelier.theme", root.dataset.theme);
  });
}
