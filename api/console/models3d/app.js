// Wires the page: a wish becomes concepts, a concept or a picture a model, a model files in a print size. What was made
// and what is under way is kept in this browser by the ids of the runs, so a reload goes on where it was.

import { $, complain, isNarrow, keepInTab, nodes, randomHex, submits, told as toldOf, watchHealth } from "../page.js";
import { Progress } from "../progress.js";
import { wireTheme } from "../theme.js";
import { Models3d, nativeRoot, reference } from "./api.js";
import { Concepts } from "./concepts.js";
import { showFigures } from "./figures.js";
import { fileLinks, fileName } from "./files.js";
import { foretold, measured, spoken } from "./size.js";
import { Sizing } from "./sizing.js";
import { shown, stepName, STEPS, TITLES } from "./steps.js";
import { Turntable } from "./turntable.js";
import { Wish } from "./wish.js";

const SAVED = "atelier.models3d";
const KEY = "atelier.models3d.key";
const NEEDED = ["concepts", "model3d", "rescale3d"];

// concepts, model: {id, result} of finished runs. files: {id, result, mm}, the size that they were made for. run: the one
// under way, {kind, id, since, mm, picked, stop}. picked: sha256 of the concept that the model is made of.
const state = { tab: randomHex(8), root: null, concepts: null, model: null, files: null, run: null, picked: null, restored: false };

const wish = new Wish({ changed: offer, complain: (text) => complain("picture-problem", text) });
const concepts = new Concepts(nodes({ section: "choice", cards: "concepts", about: "drawn-by", notes: "concept-notes" }), build);
const progress = new Progress(nodes({ box: "progress", line: "detail", elapsed: "elapsed", meter: "meter", steps: "steps", announcement: "announcement" }), stepName);
const turntable = new Turntable(nodes({ viewer: "viewer", ground: "ground", lines: "lines", squares: "squares", empty: "empty", spin: "spin" }));
const sizing = new Sizing(resized);

const api = () => new Models3d(state.root, $("key").value.trim());
const fetched = (artifact, what) => api().blob(artifact, what);

// ---- runs -------------------------------------------------------------------------------------------------------

const draw = () => make("concepts", () => wish.conceptsRequest());

function build(concept = null) {
  return make("model3d", () => wish.modelRequest(concept && reference(concept)), { picked: concept?.sha256 ?? null });
}

function makeFiles() {
  if (!sizing.isValid) return;
  const asked = { ...sizing.size.asked(sizing.unit), formats: sizing.formats };
  make("rescale3d", async () => ({ model: reference(state.model.result.model), ...asked }), { mm: sizing.size.mm });
}

async function make(kind, asked, more = {}) {
  if (state.run || !state.root) return;
  const run = { kind, id: null, since: Date.now(), stop: new AbortController(), ...more };
  await attend(run, async () => {
    run.id = await api().begin(kind, await asked(), run.stop.signal);
    save();
  });
}

// Sees a run through, from `start` on: shows its progress and then what it made, or why it made nothing.
async function attend(run, start = async () => {}) {
  state.run = run;
  complain("problem", "");
  $("cancel").disabled = false;
  $("doing").textContent = TITLES[run.kind];
  progress.begin(STEPS[run.kind], run.since);
  progress.say(TITLES[run.kind]);
  if (isNarrow()) $("progress").scrollIntoView({ block: "center" });
  offer();
  let [said, there] = ["", null];
  try {
    await start();
    const result = await api().follow(run.id, { signal: run.stop.signal, onProgress: (view) => progress.show(shown(view)) });
    [said, there] = await accept(run, result);
  } catch (problem) {
    complain("problem", told(problem));
    $("problem").scrollIntoView({ block: "nearest" });
  } finally {
    state.run = null;
    progress.end(said);
    offer();
    save();
  }
  // Only now, since the page is shorter without the progress.
  there?.scrollIntoView({ block: isNarrow() ? "start" : "nearest" });
  there?.focus({ preventScroll: true });
}

// Shows what a run made; returns what to say of it and where to go.
async function accept(run, result) {
  await SHOW[run.kind](run, result);
  return { concepts: ["The concepts are there.", $("choice")], model3d: ["The model is there.", $("stage")], rescale3d: ["The files are there.", $("result")] }[run.kind];
}

const SHOW = {
  async concepts({ id }, result) {
    await concepts.show(result, fetched);
    [state.concepts, state.picked] = [{ id, result }, null];
  },
  // Another model gets the length that the last one had, but not its distortion.
  async model3d({ id, picked }, result, saved = sizing.saved && { ...sizing.saved, keep: true }) {
    await turntable.show(await fetched(result.model, "The model"), `The model${wish.prompt ? `: ${wish.prompt}` : ""}`);
    [state.model, state.files, state.picked] = [{ id, result, picked }, null, picked];
    sizing.open(result.proof.extents_mm, saved);
    await showViews(result.views);
    resized();
  },
  async rescale3d({ id, mm }, result) {
    state.files = { id, result, mm };
    const artifacts = { glb: result.model, ...result.files };
    const size = sizes(result.proof.extents_mm);
    $("files").replaceChildren(...fileLinks(artifacts, fileName(wish.prompt, `${spoken(size, "mm").replaceAll(" × ", "x").replace(" ", "")}`), { blob: fetched, fail: (problem) => complain("problem", told(problem)) }));
    await showViews(result.views);
    resized();
  },
};

const sizes = ([x, y, z]) => ({ x, y, z });

async function showViews(views) {
  $("views-box").hidden = !views;
  URL.revokeObjectURL($("views").src);
  if (views) $("views").src = URL.createObjectURL(await fetched(views, "The four views"));
}

async function cancel() {
  $("cancel").disabled = true;
  const { id, stop } = state.run;
  if (!id) return stop.abort();
  try {
    await api().cancel(id); // the next look at the run sees it
  } catch (problem) {
    $("cancel").disabled = false;
    complain("problem", told(problem));
  }
}

const told = (problem) => toldOf(problem, problem.step && `Step: ${stepName(problem.step)}.`);

// ---- the size ---------------------------------------------------------------------------------------------------

// The files are of the size that is shown, so their proof holds and nothing needs to be foretold.
const isMade = () => state.files !== null && Object.entries(state.files.mm).every(([axis, mm]) => Math.abs(mm - sizing.size.mm[axis]) <= 1e-6 * mm);

function resized() {
  offer();
  save();
  if (!sizing.isValid) return;
  const { size, unit } = sizing;
  const { proof, warnings } = state.model.result;
  turntable.measure(size, unit);
  const made = isMade() ? state.files.result : null;
  const box = nodes({ figures: "figures", verdict: "verdict", notes: "notes" });
  if (made) showFigures(box, { told: measured(made.proof), proof: made.proof, unit, said: [...warnings, ...made.warnings] });
  else showFigures(box, { told: foretold(proof, size), proof, unit, said: warnings });
  $("result").hidden = false;
  $("files-box").hidden = !state.files;
  if (state.files) $("files-title").textContent = `4 · The files, ${spoken(sizes(state.files.result.proof.extents_mm), unit)}${made ? "" : ": the size has changed since"}`;
  $("made-by").textContent = madeBy(state.model.result);
}

function madeBy({ engine, cleaning, timings_s: timings }) {
  const holes = cleaning?.parts.reduce((sum, part) => sum + part.closed_holes, 0);
  return [
    engine && `Built by ${engine}`,
    cleaning && `cleaned by ${cleaning.engine}${holes ? `, ${holes} hole${holes === 1 ? "" : "s"} closed` : ""}`,
    timings?.total && `${timings.total.toFixed(1)} s`,
  ].filter(Boolean).join(" · ");
}

// ---- what can be done now ---------------------------------------------------------------------------------------

function offer() {
  const isFree = !state.run && state.root !== null;
  const canDraw = Boolean(wish.prompt || wish.picture);
  $("draw").disabled = !isFree || !canDraw;
  $("skip").disabled = !isFree || !wish.picture;
  $("advice").textContent = canDraw ? "" : "Describe the piece, or give a picture of one.";
  concepts.allow(isFree);
  concepts.mark(state.picked);
  $("sizes").disabled = !state.model;
  $("make").disabled = !isFree || !sizing.isValid;
  $("make").textContent = state.files && isMade() ? "Make files again" : "Make files";
  $("anew").hidden = !isFree || !(state.concepts || state.model);
  save();
}

// ---- what survives a reload -------------------------------------------------------------------------------------

function save() {
  if (!state.restored) return;
  const { tab, run, files, model } = state;
  const under = run?.id ? { kind: run.kind, id: run.id, since: run.since, mm: run.mm, picked: run.picked } : null;
  const shown = { concepts: state.concepts && { id: state.concepts.id }, model3d: model && { id: model.id, picked: model.picked }, rescale3d: files && { id: files.id, mm: files.mm } };
  localStorage.setItem(SAVED, JSON.stringify({ tab, choices: wish.choices, shown, run: under, sizing: sizing.saved }));
}

async function restore() {
  const saved = JSON.parse(localStorage.getItem(SAVED) ?? "null");
  state.tab = saved?.tab ?? state.tab;
  await wish.restore({ tab: state.tab, ...saved?.choices });
  const styles = api().styles().then((found) => wish.offerStyles(found, (address) => api().picture(address), saved?.choices.style));
  for (const [kind, run] of Object.entries(saved?.shown ?? {})) {
    if (run) await bringBack(kind, run, saved.sizing);
  }
  await styles.catch((problem) => complain("problem", told(problem)));
  state.restored = true;
  offer();
  if (saved?.run) await attend({ ...saved.run, stop: new AbortController() });
}

// What the service has deleted meanwhile is left out; files need their model.
async function bringBack(kind, run, sizes) {
  if (kind === "rescale3d" && !state.model) return;
  try {
    await SHOW[kind](run, await api().result(run.id), sizes);
  } catch (problem) {
    complain("problem", told(problem));
  }
}

function startOver() {
  localStorage.removeItem(SAVED);
  location.reload();
}

// ---- the rest ---------------------------------------------------------------------------------------------------

async function health() {
  const { checks } = await api().ready();
  const missing = Object.keys(checks).filter((name) => !checks[name] && (!name.includes(" ") || NEEDED.some((each) => name.endsWith(` ${each}`))));
  return { isWell: !missing.length, text: missing.length ? `missing: ${missing.join(", ")}` : "ready" };
}

async function wire() {
  submits($("form"), () => { if (!$("draw").disabled) draw(); });
  submits($("size-form"), makeFiles);
  $("form").addEventListener("change", save);
  $("skip").addEventListener("click", () => build());
  $("cancel").addEventListener("click", cancel);
  $("anew").addEventListener("click", startOver);
  keepInTab($("key"), KEY);
  wireTheme($("theme"));
  state.root = await nativeRoot();
  watchHealth(health, () => `unreachable: ${state.root.host}`);
  await restore();
}

wire();
