// The raw payloads, one tab each: what was asked, what was answered, what came of it.

import { $, copies } from "./page.js";

export function pane(name, content) {
  $(`pane-${name}`).textContent = typeof content === "string" ? content : JSON.stringify(content, null, 2);
}

export function shortened(asked) {
  return JSON.parse(JSON.stringify(asked, (key, value) => (key === "image_b64" ? `${value.slice(0, 40)}… (${value.length} characters)` : value)));
}

export function wireTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const select = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      $(tab.getAttribute("aria-controls")).hidden = !on;
    }
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      select(next);
      next.focus();
    });
  });
  copies($("copy"), () => document.querySelector("[role=tabpanel]:not([hidden])").textContent);
}
