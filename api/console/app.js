// Wires the page: reads the form, runs a job in the chosen mode, and shows what comes back.

import { Client, Problem, TemporalClient } from "./client.js";
import { dress } from "./glb.js";
import { $, chip, complain, isNarrow, keepInTab, randomHex, submits, watchHealth } from "./page.js";
import { pane, shortened, wireTabs } from "./panes.js";
import { picture, wirePicture } from "./picture.js";
import { element, showReport } from "./report.js";
import { studioUrl } from "./studio.js";
import { wireTheme } from "./theme.js";

const BASE = new URL("../", document.baseURI);
const EXAMPLES = {
  "Art deco": "A vintage art deco ring with channel-set baguette diamonds",
  "Solitaire": "A minimal platinum solitaire with a 1 carat round diamond, US size 6",
  "Halo": "A rose gold halo ring with an oval pink sapphire and pavé shoulders",
  "Signet": "A bold 18k yellow gold signet ring with an oval face, UK size Q",
  "Three stones": "A three-stone ring in 18k white gold: emerald-cut diamond, two smaller ones beside it",
};
const STEPS = { queued: "Waiting", running: "Making", succeeded: "Done" };

const state = { job: null, controller: null, urls: [] };

// ---- form -------------------------------------------------------------------------------------------------------

function mode() {
  return document.querySelector("input[name=mode]:checked").value;
}

function payload() {
  const asked = {
    llm_name: $("llm").value,
    max_retries: Number($("retries").value),
    max_cost_usd: Number($("cost").value),
    previews: $("previews").value,
  };
  if ($("prompt").value.trim()) asked.prompt = $("prompt").value.trim();
  if (picture()) {
    asked.image_b64 = picture().base64;
    asked.image_mime = picture().mime;
  }
  if (mode() === "sync") asked.request_id = `ui-${randomHex(8)}`;
  return asked;
}

// ---- a run ------------------------------------------------------------------------------------------------------

async function make() {
  if (state.controller) return;
  const asked = payload();
  if (!asked.prompt && !asked.image_b64) return showProblem("Describe the ring, or give a picture of one.");
  begin();
  try {
    const result = await run(asked);
    await show(result);
  } catch (problem) {
    await explain(problem);
  } finally {
    finish();
  }
}

async function run(asked) {
  const watch = {
    signal: state.controller.signal,
    onJob: (job) => { state.job = job; },
    onProgress: showProgress,
    onResponse: (body) => pane("response", body),
  };
  if (mode() === "temporal") {
    const wrapped = TemporalClient.wrap(asked);
    pane("request", shortened(wrapped));
    return temporalClient().run(wrapped, watch);
  }
  pane("request", shortened(asked));
  if (mode() === "async") return client().async(asked, watch);
  state.job = asked.request_id;
  return client().sync(asked, watch);
}

function client() {
  return new Client(BASE, $("key").value.trim());
}

function temporalClient() {
  const value = (id) => $(id).value.trim();
  return new TemporalClient({ base: value("backend"), workflow: value("workflow"), key: value("tenant-key"), user: value("user"), bearer: value("bearer") });
}

async function cancel() {
  $("cancel").disabled = true;
  if (mode() === "async" && state.job) {
    try {
      await client().cancel(state.job);
      return; // the poll sees it and ends the run
    } catch (problem) {
      $("cancel").disabled = false;
      return showProblem(problem.message);
    }
  }
  state.controller?.abort();
}

function begin() {
  state.controller = new AbortController();
  state.job = null;
  state.started = performance.now();
  state.timer = setInterval(showElapsed, 200);
  $("make").disabled = true;
  $("cancel").hidden = $("cancel").disabled = false;
  $("progress").hidden = false;
  $("report").hidden = $("downloads").hidden = true;
  for (const name of ["request", "response", "result", "script"]) pane(name, "—");
  showProblem("");
  showProgress({ status: "queued", progress: 0, detail: "Sending" });
  if (isNarrow()) $("stage").scrollIntoView({ behavior: "smooth" });
}

function finish() {
  clearInterval(state.timer);
  state.controller = null;
  $("make").disabled = false;
  $("cancel").hidden = true;
  $("progress").hidden = true;
  state.askHealth();
}

// ---- what comes back --------------------------------------------------------------------------------------------

async function show(result) {
  pane("result", result);
  pane("script", result.code || "—");
  if (result.retry_log) {
    showReport(result);
    $("report").hidden = false;
  }
  await showModel(result);
  showDownloads(result);
  await showPictures(result.previews ?? {});
}

async function explain(problem) {
  const stopped = problem.name === "AbortError";
  showProblem(stopped ? "Stopped." : problem.message || String(problem));
  if (!(problem instanceof Problem) || !problem.body) return;
  pane("response", problem.body);
  const result = problem.body.result;
  if (!result) return;
  pane("result", result);
  pane("script", result.code || "—");
  showReport(result);
  $("report").hidden = false;
}

async function showModel(result) {
  if (!result.session_id) return;
  const raw = await (await client().blob(client().modelUrl(result.session_id))).arrayBuffer();
  state.model = new Blob([raw], { type: "model/gltf-binary" });
  const dressed = new Blob([dress(raw, result.proof?.parts)], { type: "model/gltf-binary" });
  const viewer = $("viewer");
  const loaded = new Promise((resolve, reject) => {
    viewer.addEventListener("load", resolve, { once: true });
    viewer.addEventListener("error", () => reject(new Problem("The model could not be shown")), { once: true });
  });
  viewer.src = objectUrl(dressed);
  await loaded;
  $("empty").hidden = true;
  $("spin").hidden = false;
}

async function showPictures(previews) {
  const figures = [];
  for (const [name, url] of Object.entries(previews)) {
    const picture = objectUrl(await client().blob(url));
    const image = element("img", { src: picture, alt: name === "hero" ? "Studio picture of the ring" : `The ring, ${name} view` });
    const caption = element("figcaption", {}, element("span", {}, name), element("a", { href: picture, download: `${name}.png` }, "Save"));
    figures.push(element("figure", { class: name === "hero" ? "hero" : "" }, image, caption));
  }
  $("pictures").replaceChildren(...figures);
}

function showDownloads(result) {
  const name = result.session_id || "ring";
  const link = (blob, file, text) => element("a", { class: "button", href: objectUrl(blob), download: file }, text);
  const links = [link(new Blob([JSON.stringify(result, null, 2)], { type: "application/json" }), `${name}.json`, "Report")];
  if (result.code) links.unshift(link(new Blob([result.code], { type: "text/x-python" }), `${name}.py`, "Script"));
  if (state.model) links.unshift(link(state.model, `${name}.glb`, "Download GLB"));
  if (result.prefect_run_url) links.push(element("a", { class: "button", href: result.prefect_run_url, target: "_blank", rel: "noopener" }, "Prefect run ↗"));
  $("downloads").replaceChildren(...links);
  $("downloads").hidden = false;
}

function objectUrl(blob) {
  const url = URL.createObjectURL(blob);
  state.urls.push(url);
  if (state.urls.length > 60) URL.revokeObjectURL(state.urls.shift());
  return url;
}

function showProgress({ status, progress, detail }) {
  $("step").textContent = STEPS[status] ?? status;
  $("meter").value = progress;
  $("detail").textContent = detail || (status === "queued" ? "In the queue" : "");
}

function showElapsed() {
  $("elapsed").textContent = `${((performance.now() - state.started) / 1000).toFixed(0)} s`;
}

const showProblem = (text) => complain("problem", text);

// ---- the rest ---------------------------------------------------------------------------------------------------

async function health() {
  const health = await client().health();
  const isWell = health.prefect === "connected" && health.blender_exists;
  offerDesigners(health);
  return { isWell, text: isWell ? (health.active_jobs ? `${health.active_jobs} active · ${health.queue_size} waiting` : "ready") : "not ready" };
}

function offerDesigners({ claude_available: claude, gemini_available: gemini }) {
  for (const option of $("llm").options) {
    const missing = (option.value.startsWith("claude") && !claude) || (option.value === "gemini" && !gemini);
    option.textContent = option.textContent.replace(" — no key", "") + (missing ? " — no key" : "");
  }
}

function wireMemory() {
  for (const id of ["key", "tenant-key", "user", "bearer", "backend", "workflow"]) {
    keepInTab($(id), `atelier.${id}`);
  }
  if (!$("backend").value) $("backend").value = defaultBackend();
}

// Mounted under a prefix, this page has the agentic contract beside it; else it is on its own port.
function defaultBackend() {
  return BASE.pathname === "/" ? `${location.protocol}//${location.hostname}:8090` : new URL("../agentic", BASE).href;
}

function wireViewer() {
  const viewer = $("viewer");
  viewer.environmentImage = studioUrl();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) viewer.autoRotate = false;
  const label = () => {
    $("spin").setAttribute("aria-pressed", viewer.autoRotate);
  };
  $("spin").addEventListener("click", () => { viewer.autoRotate = !viewer.autoRotate; label(); });
  label();
}

function wire() {
  const describe = (text) => { $("prompt").value = text; $("prompt").focus(); };
  $("examples").replaceChildren(...Object.entries(EXAMPLES).map(([name, text]) => chip(name, () => describe(text), { title: text })));
  for (const radio of document.querySelectorAll("input[name=mode]")) {
    radio.addEventListener("change", () => { $("temporal").hidden = mode() !== "temporal"; });
  }
  submits($("form"), make);
  $("cancel").addEventListener("click", cancel);
  wirePicture(showProblem);
  wireTabs();
  wireMemory();
  wireTheme($("theme"));
  wireViewer();
  state.askHealth = watchHealth(health);
}

wire();
