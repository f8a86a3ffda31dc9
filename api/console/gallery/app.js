// Wires the gallery: every picture that was made, newest first, found by its words, its endpoint or its file.

import { Lightbox } from "../images/lightbox.js";
import { DualGen, showPicture } from "../images/contract.js";
import { bytes, dayOf, inShort, timeOfDay } from "../images/words.js";
import { $, complain, count, keepInTab, submits, told, watchHealth } from "../page.js";
import { element } from "../report.js";
import { wireTheme } from "../theme.js";

const FIRST = 200; // pictures that are asked for at once
const ALL = 10_000; // as many as the service tells of
const STEP = 60; // pictures that are put up at a time
const SEARCH_AFTER_MS = 200;

// entries: as the service told them; found: those that fit the search, as the lightbox takes them; shown: how many are up.
const state = { entries: [], limit: FIRST, found: [], shown: 0, day: "" };

const api = () => new DualGen($("key").value.trim());
const lightbox = new Lightbox(api, moved);

// ---- what there is ----------------------------------------------------------------------------------------------

async function refresh() {
  const entries = await api().gallery(state.limit);
  const isNew = entries.length !== state.entries.length || entries[0]?.filename !== state.entries[0]?.filename;
  state.entries = entries;
  complain("problem", "");
  if (isNew) list();
}

// With all of them, since what is searched for may be old.
async function search() {
  if ($("search").value.trim()) await everything();
  list();
}

async function everything() {
  if (state.limit === ALL || state.entries.length < state.limit) return;
  state.limit = ALL;
  await refresh().catch(fail);
}

function list() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  state.found = state.entries.filter((entry) => fits(entry, words)).map(itemOf);
  [state.shown, state.day] = [0, ""];
  $("grid").replaceChildren();
  more();
  $("empty").hidden = state.found.length > 0;
  $("empty-text").textContent = words.length ? "No picture fits." : "No picture was made yet.";
  $("found").textContent = summary(words);
  if (lightbox.isOpen) lightbox.relist(state.found);
}

function summary(words) {
  const more = state.entries.length === state.limit ? " at least" : "";
  return words.length ? `${state.found.length} of ${count(state.entries.length, "picture")}` : `${count(state.entries.length, "picture")}${more}`;
}

function fits({ filename, prompt = "", endpoint = "" }, words) {
  const text = `${filename} ${prompt} ${endpoint}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

// Puts up the next pictures; the rest follows when the end of the list comes near.
function more() {
  for (const item of state.found.slice(state.shown, state.shown + STEP)) {
    if (item.day !== state.day) $("grid").append(element("h2", {}, item.day));
    state.day = item.day;
    $("grid").append(card(item));
  }
  state.shown = Math.min(state.found.length, state.shown + STEP);
  if (state.shown === state.found.length) everything();
}

function card(item) {
  const image = element("img", { alt: item.alt });
  const button = element("button", { type: "button", class: "shot", title: item.prompt ?? item.filename }, image);
  showPicture(image, api().pictureUrl(item.filename, "thumbnail"), api());
  button.addEventListener("click", () => lightbox.open(state.found, state.found.indexOf(item)));
  item.opener = button;
  return button;
}

function itemOf({ filename, prompt = "", endpoint = "", seed, engine, width, height, round, size, mtime }) {
  const date = new Date(1000 * mtime);
  return {
    filename, prompt, seed, day: dayOf(date),
    alt: inShort(prompt) || filename,
    facts: [
      ["Endpoint", endpoint], ["Seed", seed?.toString()], ["Made", `${date.toLocaleDateString()} ${timeOfDay(date)}`],
      ["Size", [width && `${width} × ${height} px`, bytes(size)].filter(Boolean).join(" · ")], ["Engine", engine], ["Round", round ? `${round}` : ""], ["File", filename],
    ],
  };
}

// ---- the picture that is open, kept in the address --------------------------------------------------------------

function moved(item) {
  history.replaceState(null, "", item ? `#${encodeURIComponent(item.filename)}` : location.pathname + location.search);
}

function openNamed() {
  const named = decodeURIComponent(location.hash.slice(1));
  const at = state.found.findIndex(({ filename }) => filename === named);
  if (at >= 0) lightbox.open(state.found, at);
}

// ---- the rest ---------------------------------------------------------------------------------------------------

function fail(problem) {
  complain("problem", told(problem));
}

async function health() {
  const { status } = await api().health();
  await refresh().catch(fail);
  return { isWell: status === "healthy", text: status === "healthy" ? "ready" : status };
}

async function wire() {
  wireTheme($("theme"));
  keepInTab($("key"), "atelier.images.key");
  let timer = null;
  $("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_AFTER_MS);
  });
  submits($("search-form"), search);
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && more(), { rootMargin: "800px" }).observe($("end"));
  await refresh().catch(fail);
  list();
  openNamed();
  const look = watchHealth(health);
  $("key").addEventListener("change", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

wire();
