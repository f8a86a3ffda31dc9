// Wires the page: a photo, marks on it, a mask, two pictures. What is under way survives a reload of this tab.

import { Problem } from "../client.js";
import { keepPhoto, keptPhoto } from "../kept.js";
import { contractRoot } from "../navigation.js";
import { $, chip, complain, count, isNarrow, keepInTab, nodes, randomHex, told as toldOf, watchHealth } from "../page.js";
import { base64Of, openPhoto, wireFiles } from "../photo.js";
import { Progress } from "../progress.js";
import { element } from "../report.js";
import { wireTheme } from "../theme.js";
import { Board } from "./canvas.js";
import { fitted, reported } from "./frame.js";
import { Marks, point } from "./marks.js";
import { picturesOf, pretty, Results } from "./results.js";
import { kindOf, STEP_NAMES, STEPS, TryOn } from "./workflow.js";

const SAMPLES = { necklace: "Sample: necklace", ring: "Sample: ring" };
const TOOLS = {
  on: { kind: "point", label: 1 },
  beside: { kind: "point", label: 0 },
  add: { kind: "stroke", mode: "add" },
  remove: { kind: "stroke", mode: "remove" },
};
const SAVED = "atelier.tryon";

const marks = new Marks();
const board = new Board($("canvas"), keep);
const results = new Results(nodes({ compare: "compare", downloads: "downloads", notes: "notes", metrics: "metrics", fidelity: "fidelity", engines: "engines" }));
const stepName = (step) => STEP_NAMES[step] ?? pretty(step || "WAITING");
const progress = new Progress(nodes({ box: "progress", line: "doing", elapsed: "elapsed", meter: "meter", steps: "steps", announcement: "announcement" }), stepName);

// photo: as openPhoto gives it. prepared: of the last mask's result what is needed, its size, and the points that it was
// made of. run: the one under way, {id, since, points, stop}. shown: id of a finished run.
const state = { tab: randomHex(8), photo: null, prepared: null, run: null, shown: null, restored: false };

const api = () => new TryOn(contractRoot(), $("key").value.trim());

// ---- the photo --------------------------------------------------------------------------------------------------

async function take(file, name = file.name || "The picture", suggested = []) {
  complain("photo-problem", "");
  if (state.run) return complain("photo-problem", "A run is under way: wait for it, or cancel it first.");
  try {
    const photo = await openPhoto(file, name);
    [state.prepared, state.shown] = [null, null];
    marks.reset(suggested);
    showResult(false);
    complain("problem", "");
    adopt(photo);
    await keepPhoto(state.tab, photo);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    complain("photo-problem", problem.message);
  }
}

function adopt(photo) {
  state.photo?.bitmap.close();
  state.photo = photo;
  URL.revokeObjectURL($("preview").src);
  $("preview").src = URL.createObjectURL(photo.blob);
  $("drop-text").replaceChildren(photo.name, element("small", {}, `${photo.width} × ${photo.height}`));
  $("preview").hidden = $("canvas").hidden = false;
  $("empty").hidden = true;
  board.show(photo, frame());
  changed();
}

async function takeSample(name) {
  const [picture, about] = await Promise.all([fetch(`../samples/${name}.jpg`), fetch(`../samples/${name}.json`)]);
  if (!picture.ok || !about.ok) return complain("photo-problem", "The sample cannot be fetched.");
  const { jewelryType, maskPoints } = await about.json();
  $("jewelry").value = jewelryType;
  await take(await picture.blob(), `${name}.jpg`, maskPoints.map(({ x, y, label }) => point(x, y, label)));
}

// Where the photo lies on the service's canvas: as it said, else as it will.
function frame() {
  return state.prepared ? reported(state.prepared.padding, state.prepared.size) : fitted(state.photo);
}

// ---- marks ------------------------------------------------------------------------------------------------------

function keep(mark) {
  if (marks.add(mark)) return changed();
  complain("problem", `There is no room for another ${mark.kind}: undo one first.`);
}

function edit(name) {
  marks[name]();
  changed();
}

function changed() {
  board.marks = marks.all;
  board.draw();
  $("counts").textContent = state.photo ? counts() : "";
  $("undo").disabled = !marks.canUndo;
  $("redo").disabled = !marks.canRedo;
  $("clear").disabled = !marks.all.length;
  offer();
  save();
}

function counts() {
  const on = marks.points.filter(({ label }) => label === 1).length;
  const parts = [`${on} on the jewelry`, `${marks.points.length - on} beside it`];
  const strokes = marks.strokes.length;
  return [...parts, ...(strokes ? [count(strokes, "stroke")] : [])].join(" · ");
}

const pointed = () => marks.points.some(({ label }) => label === 1);
const stale = () => state.prepared && state.prepared.points !== JSON.stringify(marks.points);

// Says which of the three ways is open now, and which is next.
function offer() {
  const ready = state.photo && pointed() && !state.run;
  const masked = state.prepared && state.photo;
  $("make-mask").disabled = $("all").disabled = !ready;
  $("put-on").disabled = !masked || Boolean(state.run);
  $("make-mask").textContent = masked ? "Make the mask again" : "Make the mask";
  $("make-mask").classList.toggle("primary", !masked || stale());
  $("put-on").classList.toggle("primary", Boolean(masked) && !stale());
  $("show-mask").disabled = !masked;
  $("advice").textContent = state.run ? "" : advice(masked);
}

function advice(masked) {
  if (!state.photo) return "Take a photo first.";
  if (!pointed()) return "Click on the jewelry in a few places.";
  if (!masked) return "Make the mask and look at it, or do everything at once.";
  if (stale()) return "The clicks have changed since this mask was made.";
  return [...(state.prepared.warnings ?? []), "Paint what the mask misses, or has too much of; then put it on."].join(" · ");
}

// ---- runs -------------------------------------------------------------------------------------------------------

const photoPayload = async () => ({
  originalImageBase64: await base64Of(state.photo.blob),
  maskPoints: marks.points,
  pointSpace: "photo",
  jewelryType: $("jewelry").value,
});
const PAYLOADS = {
  preprocess: photoPayload,
  start: async () => ({ ...(await photoPayload()), gender: $("gender").value, brushStrokes: marks.brushStrokes(frame()) }),
  generate: async () => ({
    imageUri: state.prepared.resizedUri,
    maskUri: state.prepared.maskUri,
    scaledPoints: state.prepared.scaledPoints,
    brushStrokes: marks.brushStrokes(frame()),
    jewelryType: $("jewelry").value,
    gender: $("gender").value,
  }),
};

async function make(kind) {
  if (state.run) return;
  const run = { id: null, since: Date.now(), points: JSON.stringify(marks.points), stop: new AbortController() };
  await attend(run, kind, async () => {
    run.id = await api().begin(kind, await PAYLOADS[kind](), run.stop.signal);
    save();
  });
}

// Sees a run through, from `start` on: shows its progress and then what it made, or why it made nothing.
async function attend(run, kind, start) {
  state.run = run;
  complain("problem", "");
  $("cancel").disabled = false;
  progress.begin(STEPS[kind], run.since);
  offer();
  let end = { said: "", there: null };
  try {
    await start();
    const result = await api().follow(run.id, { signal: run.stop.signal, onProgress: show });
    end = await accept(result, run);
  } catch (problem) {
    complain("problem", told(problem));
  } finally {
    state.run = null;
    progress.end(end.said);
    changed();
  }
  // Only now, since the page is shorter without the progress.
  end.there?.scrollIntoView();
  end.there?.focus({ preventScroll: true });
}

function show({ progress: percent, currentStep: step }) {
  progress.show({ progress: percent, step, name: stepName(step) });
}

// Shows what a run made; returns what to say of it and where to go.
async function accept(result, run) {
  if (!("fluxResultUri" in result) && !result.fluxResultBase64) {
    await showMask(result, run.points);
    return { said: "The mask is there.", there: isNarrow() ? $("stage") : null };
  }
  results.show(kindOf(run.id) === "generate" ? withMask(result) : result, await picturesOf(result, api()), run.id);
  state.shown = run.id;
  showResult(true);
  return { said: "The result is there.", there: $("result") };
}

// The run that made the pictures knows nothing of how its mask was made.
function withMask(result) {
  const { engines = {}, warnings = [] } = state.prepared ?? {};
  return { ...result, engines: { ...engines, ...result.engines }, warnings: [...warnings, ...(result.warnings ?? [])] };
}

async function showMask({ originalUri, resizedUri, maskUri, padding, scaledPoints, engines, warnings }, points) {
  const pictures = await api().pictures({ mask: maskUri, photo: state.photo ? null : originalUri });
  if (!pictures.mask) throw new Problem("The mask cannot be fetched.");
  const mask = await createImageBitmap(pictures.mask);
  const size = { width: mask.width, height: mask.height };
  state.prepared = { originalUri, resizedUri, maskUri, padding, scaledPoints, engines, warnings, size, points };
  if (pictures.photo) adopt(await openPhoto(pictures.photo, "Your photo"));
  board.cover(mask, frame());
  mask.close();
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

function told(problem) {
  const { failedStep, isRetryable } = problem.body?.error ?? {};
  return toldOf(problem, failedStep && `Step: ${stepName(failedStep)}.`, isRetryable && "You may try again later.");
}

function showResult(shown) {
  $("result").hidden = !shown;
  if (!shown) results.clear();
}

// ---- what survives a reload -------------------------------------------------------------------------------------

function save() {
  if (!state.restored) return;
  const { tab, prepared, shown, run } = state;
  const under = run?.id ? { id: run.id, since: run.since, points: run.points } : null;
  const choices = { jewelry: $("jewelry").value, gender: $("gender").value };
  const text = JSON.stringify({ tab, marks: marks.all, prepared, shown, run: under, choices });
  try {
    sessionStorage.setItem(SAVED, text);
  } catch {
    sessionStorage.removeItem(SAVED); // too many strokes for it: a reload begins anew
  }
}

async function restore() {
  const saved = JSON.parse(sessionStorage.getItem(SAVED) ?? "null");
  if (saved) await bringBack(saved);
  state.restored = true;
  const run = saved?.run ?? (saved?.shown && { id: saved.shown, since: Date.now(), points: "" });
  if (run) await attend({ ...run, stop: new AbortController() }, kindOf(run.id), async () => {});
}

// The photo is kept by the browser; if it is gone there, the service has it once there is a mask.
async function bringBack({ tab, marks: made, prepared, choices }) {
  state.tab = tab;
  marks.reset(made);
  $("jewelry").value = choices.jewelry;
  $("gender").value = choices.gender;
  const kept = await keptPhoto(tab);
  if (kept) adopt(await openPhoto(kept.blob, kept.name));
  if (prepared) await showMask(prepared, prepared.points).catch((problem) => complain("problem", told(problem)));
  changed();
}

// ---- the rest ---------------------------------------------------------------------------------------------------

async function health() {
  const { status, services } = await api().health();
  const offline = Object.keys(services ?? {}).filter((name) => services[name] === "offline");
  const isWell = status === "healthy" && !offline.length;
  return { isWell, text: offline.length ? `offline: ${offline.join(", ")}` : isWell ? "ready" : "not ready" };
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input[type=password]")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    edit(key === "y" || event.shiftKey ? "redo" : "undo");
  });
}

function wireTools() {
  for (const radio of document.querySelectorAll("input[name=tool]")) {
    radio.addEventListener("change", () => {
      board.tool = TOOLS[radio.value];
      $("canvas").dataset.tool = board.tool.kind;
      board.draw();
    });
    if (radio.checked) board.tool = TOOLS[radio.value]; // browsers keep a choice over a reload
  }
  const size = () => {
    board.size = Number($("size").value);
    $("size-value").textContent = $("size").value;
    board.draw();
  };
  $("size").addEventListener("input", size);
  size();
  for (const name of ["undo", "redo", "clear"]) $(name).addEventListener("click", () => edit(name));
  $("show-mask").addEventListener("change", () => { board.maskShown = $("show-mask").checked; board.draw(); });
}

function wire() {
  wireFiles({ inputs: [$("picture"), $("camera")], drop: $("drop"), take });
  $("camera-chip").hidden = !navigator.maxTouchPoints; // only what can be touched is likely to have a camera at hand
  $("samples").replaceChildren(...Object.entries(SAMPLES).map(([name, text]) => chip(text, () => takeSample(name))));
  wireTools();
  wireKeys();
  for (const [id, kind] of [["make-mask", "preprocess"], ["put-on", "generate"], ["all", "start"]]) {
    $(id).addEventListener("click", () => make(kind));
  }
  for (const id of ["jewelry", "gender"]) $(id).addEventListener("change", save);
  $("form").addEventListener("submit", (event) => event.preventDefault());
  $("cancel").addEventListener("click", cancel);
  keepInTab($("key"), "atelier.tryon.key");
  wireTheme($("theme"));
  restore();
  watchHealth(health);
}

wire();
