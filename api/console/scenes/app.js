// Wires the page: a photo becomes a scene as JSON, which can be changed and sent to be drawn. Photo and scene are kept in
// this browser.

import { colorOf } from "../editor/form.js";
import { sendScene } from "../editor/sent.js";
import { Sheet } from "../editor/sheet.js";
import { FromImage } from "../images/contract.js";
import { nameModels } from "../images/services.js";
import { $, chip, complain, copies, isNarrow, keepInTab, nodes, randomHex, saveFile, submits, told, watchHealth } from "../page.js";
import { PictureField } from "../picture-field.js";
import { Progress } from "../progress.js";
import { element, warningNote } from "../report.js";
import { wireTheme } from "../theme.js";

const SAVED = "atelier.scenes";
const SAMPLES = { "necklace.jpg": "Necklace", "ring.jpg": "Sapphire ring", "concept.jpg": "Gold ring" };

// stop: ends the analysis that is under way.
const state = { tab: randomHex(8), sheet: null, stop: null, isSending: false };

const api = () => new FromImage($("key").value.trim());
const photo = new PictureField(SAVED, { changed: offer, complain: (text) => complain("picture-problem", text) });
const progress = new Progress({ ...nodes({ box: "progress", line: "doing", elapsed: "elapsed", announcement: "announcement" }), meter: document.createElement("progress"), steps: document.createElement("ol") }, String);

// ---- the scene --------------------------------------------------------------------------------------------------

async function analyze() {
  if (!photo.picture || state.stop) return;
  state.stop = new AbortController();
  complain("problem", "");
  progress.begin([], Date.now());
  progress.show({ progress: 0, name: "Looking at it" });
  offer();
  let said = "";
  try {
    const asked = { image_base64: await photo.base64(), mime: photo.picture.blob.type, ...words() };
    await show(await api().analyze(asked, state.stop.signal));
    said = "The scene is there.";
  } catch (problem) {
    fail(problem);
  } finally {
    state.stop = null;
    progress.end(said);
    offer();
  }
  if (!said) return;
  if (isNarrow()) $("result").scrollIntoView();
  $("scene").focus({ preventScroll: true });
}

function words() {
  const [steering, model] = [$("steering").value.trim(), $("model").value.trim()];
  return { ...(steering ? { steering } : {}), ...(model ? { model } : {}) };
}

// scene: as the service gives it, or the text that was kept.
async function show(scene) {
  state.sheet ??= new Sheet(nodes({ form: "fields", text: "text", problems: "problems", verdict: "verdict" }), await api().schema(), changed);
  $("result").hidden = false;
  $("empty").hidden = true;
  $("sent").textContent = "";
  state.sheet.open(scene);
}

function changed() {
  const scene = state.sheet?.value;
  const { by, model, warnings } = scene?.analysis ?? {};
  $("described-by").textContent = by === "measurement" ? "Measured, not seen by a model" : model ? `Described by ${model}` : "";
  $("notes").replaceChildren(...warningNote(warnings));
  const colors = Array.isArray(scene?.color_palette) ? scene.color_palette : [];
  $("palette").replaceChildren(...colors.filter((name) => typeof name === "string" && colorOf(name)).map((name) => tinted(name)));
  localStorage.setItem(SAVED, JSON.stringify({ tab: state.tab, text: state.sheet?.text ?? "", steering: $("steering").value }));
  offer();
}

function tinted(name) {
  const patch = element("span", { title: name });
  patch.style.background = colorOf(name);
  return patch;
}

const send = () => sendScene(state, (scene) => api().send(scene), { offer, fail });

function fail(problem) {
  complain("problem", told(problem));
  $("problem").scrollIntoView({ block: "nearest" });
}

function offer() {
  $("analyze").disabled = !photo.picture || state.stop !== null;
  $("analyze").textContent = state.sheet ? "Describe it anew" : "Describe it";
  $("advice").textContent = photo.picture ? "" : "Give a photo first.";
  $("send").disabled = state.isSending || !state.sheet?.isValid;
}

// ---- the rest ---------------------------------------------------------------------------------------------------

async function restore() {
  const saved = JSON.parse(localStorage.getItem(SAVED) ?? "null");
  state.tab = saved?.tab ?? state.tab;
  $("steering").value = saved?.steering ?? "";
  await photo.restore(state.tab);
  if (saved?.text) await show(saved.text).catch(fail);
  offer();
}

// Without a model the photo is measured, so the service is of use either way.
async function health() {
  const { status } = await api().health();
  return { isWell: status === "healthy", text: status === "healthy" ? "ready" : "model unreachable" };
}

async function wire() {
  $("samples").replaceChildren(...Object.entries(SAMPLES).map(([file, text]) => chip(text, () => photo.takeSample(file))));
  submits($("form"), analyze);
  $("cancel").addEventListener("click", () => state.stop?.abort());
  $("send").addEventListener("click", send);
  copies($("copy"), () => state.sheet.text);
  $("save").addEventListener("click", () => saveFile(new Blob([state.sheet.text], { type: "application/json" }), "scene.json"));
  keepInTab($("key"), "atelier.images.key");
  wireTheme($("theme"));
  const look = watchHealth(health);
  $("key").addEventListener("change", look);
  await restore();
  nameModels($("model"), await api().models().catch(() => ({})));
}

wire();
