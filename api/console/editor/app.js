// Wires the scene editor: a form and its JSON, checked as one types, and sent to be drawn. The text is kept in this browser.

import { CreateJson } from "../images/contract.js";
import { $, chip, complain, copies, keepInTab, nodes, saveFile, submits, told, watchHealth } from "../page.js";
import { wireTheme } from "../theme.js";
import { SAMPLES } from "./samples.js";
import { sendScene } from "./sent.js";
import { Sheet } from "./sheet.js";
import { sceneFrom } from "./writing.js";

const SAVED = "atelier.scene";
const MAX_BYTES = 1024 * 1024; // as the service takes a prompt

const OFFLINE = "offline"; // what the service calls the writer that is no language model

const state = { sheet: null, schema: null, config: {}, isSending: false };

const api = () => new CreateJson($("key").value.trim());

async function begin() {
  [state.schema, state.config] = await Promise.all([api().schema(), api().config()]);
  $("words-form").hidden = !state.config.lmModel || state.config.lmModel === OFFLINE;
  state.sheet = new Sheet(nodes({ form: "fields", text: "text", problems: "problems", verdict: "verdict" }), state.schema, changed);
  state.sheet.open(localStorage.getItem(SAVED) ?? SAMPLES["Emerald ring"]);
  $("samples").replaceChildren(...Object.entries({ ...SAMPLES, "Empty": null }).map(([name, scene]) => chip(name, () => state.sheet.open(scene ?? state.sheet.blank()))));
}

function changed() {
  localStorage.setItem(SAVED, state.sheet?.text ?? $("text").value);
  offer();
}

function offer() {
  $("send").disabled = state.isSending || !state.sheet?.isValid;
  $("tidy").disabled = !state.sheet?.value;
}

const send = () => sendScene(state, drawn, { offer, fail });

function drawn(scene) {
  return api().generate({ prompt: JSON.stringify(scene, null, 2), random: false, count: Number($("count").value), orientation: $("orientation").value, size: $("size").value });
}

async function write() {
  const words = $("words").value.trim();
  if (!words || $("write").disabled) return;
  $("write").disabled = true;
  $("write").textContent = "Writing …";
  complain("problem", "");
  try {
    const { schema, config, sheet } = state;
    sheet.open(await sceneFrom(words, { api: api(), schema, config, scene: sheet.isValid ? sheet.scene : null }));
  } catch (problem) {
    fail(problem);
  } finally {
    $("write").disabled = false;
    $("write").textContent = "Write it";
  }
}

async function openFile(file) {
  complain("problem", "");
  if (file.size > MAX_BYTES) return complain("problem", `${file.name} is larger than a scene can be.`);
  state.sheet.open(await file.text());
}

function fail(problem) {
  complain("problem", told(problem));
  $("problem").scrollIntoView({ block: "nearest" });
}

async function health() {
  const { status } = await api().health();
  return { isWell: status === "healthy", text: status === "healthy" ? "ready" : "Dual Gen cannot be reached" };
}

function wire() {
  wireTheme($("theme"));
  keepInTab($("key"), "atelier.images.key");
  copies($("copy"), () => state.sheet.text);
  $("save").addEventListener("click", () => saveFile(new Blob([state.sheet.text], { type: "application/json" }), "scene.json"));
  $("tidy").addEventListener("click", () => state.sheet.open(state.sheet.value));
  $("file").addEventListener("change", ({ target }) => {
    if (target.files[0]) openFile(target.files[0]);
    target.value = ""; // the same file may be opened again
  });
  submits($("form"), send);
  submits($("words-form"), write);
  const look = watchHealth(health);
  $("key").addEventListener("change", () => {
    look();
    if (!state.sheet) begin().then(() => complain("problem", ""), fail);
  });
  begin().catch(fail);
}

wire();
