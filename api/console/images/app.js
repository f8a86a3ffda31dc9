// Wires the page: a wish becomes a job, whose rounds appear as they are finished. What is typed and which job is shown is
// kept in this browser, so a reload goes on where it was.

import { pause } from "../client.js";
import { $, complain, isNarrow, keepInTab, nodes, randomHex, submits, told, watchHealth } from "../page.js";
import { Progress } from "../progress.js";
import { wireTheme } from "../theme.js";
import { DualGen, untilVisible } from "./contract.js";
import { JobView } from "./job.js";
import { Lightbox } from "./lightbox.js";
import { Order } from "./order.js";
import { QueueList } from "./queue.js";
import { nameModels, reachable, showServices } from "./services.js";

const SAVED = "atelier.images";
const BUSY_MS = 3000; // between two looks at the queue while a job waits or runs
const IDLE_MS = 30_000;

// job: the id of the one that is shown. stop: ends the watch over it. endpoints: how many there are.
const state = { tab: randomHex(8), job: null, stop: null, endpoints: 0, isSending: false, isRestored: false, woken: new AbortController() };

const api = () => new DualGen($("key").value.trim());
const order = new Order({ changed: offer, complain: (text) => complain("picture-problem", text) });
const lightbox = new Lightbox(api);
const progress = new Progress({ ...nodes({ box: "progress", line: "doing", elapsed: "elapsed", meter: "meter", announcement: "announcement" }), steps: document.createElement("ol") }, String);
const view = new JobView(nodes({ title: "job-title", facts: "job-facts", writing: "writing", notes: "notes", rounds: "rounds", empty: "empty", cancel: "cancel" }), progress, { api, lightbox });
const queue = new QueueList(nodes({ section: "queue", list: "jobs", clear: "clear" }), { api, show: (id) => watch(id, { isAsked: true }), cancel });

// ---- a job ------------------------------------------------------------------------------------------------------

async function make() {
  if (state.isSending || !order.isComplete) return;
  state.isSending = true;
  complain("problem", "");
  offer();
  try {
    const { job_id: id } = await api().generate(await order.request());
    watch(id, { isAsked: true });
  } catch (problem) {
    fail(problem);
  } finally {
    state.isSending = false;
    offer();
  }
}

// Shows a job until it has ended, or until another one is asked for. One that a person asked for is gone to.
async function watch(id, { isAsked = false } = {}) {
  state.stop?.abort();
  const stop = (state.stop = new AbortController());
  state.job = id;
  complain("problem", "");
  view.begin(id);
  save();
  refreshSoon();
  try {
    await api().follow(id, {
      signal: stop.signal,
      onLook(job) {
        view.show(job);
        if (isAsked) toPictures();
        isAsked = false;
      },
    });
    refreshSoon();
  } catch (problem) {
    if (stop.signal.aborted) return;
    view.end();
    fail(problem);
    if (problem.status === 404) forget();
  }
}

function forget() {
  state.job = null;
  $("empty").hidden = false;
  save();
}

async function cancel(id) {
  complain("problem", "");
  try {
    await api().cancel(id);
  } catch (problem) {
    fail(problem);
  }
  refreshSoon();
}

async function clear() {
  try {
    await api().clear();
  } catch (problem) {
    fail(problem);
  }
  refreshSoon();
}

function fail(problem) {
  complain("problem", told(problem));
  $("problem").scrollIntoView({ block: "nearest" });
}

function toPictures() {
  if (isNarrow()) $("job").scrollIntoView({ block: "start" });
  $("job").focus({ preventScroll: true });
}

// ---- the queue --------------------------------------------------------------------------------------------------

async function watchQueue() {
  for (;;) {
    await untilVisible();
    state.woken = new AbortController();
    const isBusy = await showQueue();
    await pause(isBusy ? BUSY_MS : IDLE_MS, state.woken.signal);
  }
}

const refreshSoon = () => state.woken.abort();

// Returns whether there is something to wait for. With no job to show, the one under way is shown.
async function showQueue() {
  try {
    const answer = await api().queue();
    if (!state.job && state.isRestored && answer.running.length) watch(answer.running[0].id);
    queue.show(answer, state.job);
    return answer.running.length + answer.pending.length > 0;
  } catch {
    return false; // the line of the service's health says that it cannot be reached
  }
}

// ---- what can be done now, and what survives a reload -----------------------------------------------------------

function offer() {
  $("make").disabled = state.isSending || !order.isComplete;
  $("advice").textContent = order.advice(state.endpoints);
  save();
}

function save() {
  if (!state.isRestored) return;
  localStorage.setItem(SAVED, JSON.stringify({ tab: state.tab, choices: order.choices, job: state.job }));
}

async function restore() {
  const saved = JSON.parse(localStorage.getItem(SAVED) ?? "null");
  state.tab = saved?.tab ?? state.tab;
  await order.restore(state.tab, saved?.choices);
  state.isRestored = true;
  await handedOver(saved?.job);
  offer();
}

// Another page may hand over a picture to start from, words, or a job, after the # of the address.
async function handedOver(job) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const [start, prompt, seed] = ["start", "prompt", "seed"].map((name) => wanted.get(name));
  if (start || prompt || wanted.get("job")) history.replaceState(null, "", location.pathname + location.search);
  if (prompt) order.write(prompt, seed);
  const named = wanted.get("job") || job;
  if (named) watch(named);
  if (!start) return;
  try {
    await order.start.take(await api().picture(start), start);
  } catch (problem) {
    complain("picture-problem", told(problem));
  }
}

// ---- the rest ---------------------------------------------------------------------------------------------------

async function health() {
  const answer = await api().endpoints();
  state.endpoints = answer.endpoints.length;
  showServices($("services"), answer);
  offer();
  return reachable(answer);
}

async function offerModels() {
  nameModels($("model"), await api().models().catch(() => ({})));
}

async function wire() {
  submits($("form"), make);
  $("cancel").addEventListener("click", () => cancel(state.job));
  $("clear").addEventListener("click", clear);
  keepInTab($("key"), "atelier.images.key");
  wireTheme($("theme"));
  const askHealth = watchHealth(health);
  $("key").addEventListener("change", () => { askHealth(); refreshSoon(); });
  $("random").addEventListener("change", offerModels, { once: true });
  await restore();
  if ($("random").checked) offerModels();
  addEventListener("hashchange", () => { lightbox.dialog.close(); handedOver(); });
  watchQueue();
}

wire();
