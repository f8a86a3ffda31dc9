// What every page does alike: finds its nodes, complains, keeps the service's key, says whether the service is well.

import { element } from "./report.js";

const HEALTH_MS = 30_000;

export const $ = (id) => document.getElementById(id);

// Returns {name: node} of {name: id}.
export const nodes = (ids) => Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, $(id)]));

export const isNarrow = () => matchMedia("(max-width: 860px)").matches;

export const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

export function randomHex(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Tells what is wrong, or with "" that nothing is.
export function complain(id, text) {
  $(id).textContent = text;
  $(id).hidden = !text;
}

// Returns what to say of a failure: the service's own words, and what else is known.
export function told(problem, ...more) {
  if (problem.name === "AbortError") return "Cancelled.";
  if (problem.status === 404 || problem.status === 410) return "This run is not known any more.";
  if (problem instanceof TypeError) return `The service cannot be reached: ${problem.message}.`;
  return [problem.message || `${problem}`, ...more].filter(Boolean).join(" — ");
}

// Calls act() for every way to submit a form: its button, Enter, and Ctrl + Enter where Enter is a new line.
export function submits(form, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// Keeps what is typed into a field over a reload of this tab, and no longer.
export function keepInTab(field, name) {
  field.value = sessionStorage.getItem(name) ?? field.value;
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
}

// Says now, and every half minute that the page can be seen, how the service is. ask() returns {isWell, text}; it may throw. Returns how to ask at once.
export function watchHealth(ask, unreachable = () => "unreachable") {
  const say = ({ isWell, text }) => {
    $("health").dataset.well = isWell;
    $("health").querySelector(".text").textContent = text;
  };
  const look = async () => say(await ask().catch(() => ({ isWell: false, text: unreachable() })));
  look();
  setInterval(() => document.hidden || look(), HEALTH_MS);
  return look;
}

// A small button that puts a sample in.
export function chip(text, act, more = {}) {
  const node = element("button", { type: "button", class: "chip", ...more }, text);
  node.addEventListener("click", act);
  return node;
}

// A button that copies what text() returns, and says so for a moment.
export function copies(button, text) {
  const name = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = name; }, 1200);
  });
}

// Lets the visitor save a file.
export function saveFile(blob, name) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser is still writing
}
