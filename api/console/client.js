// Talks to the ring contract, and to an agentic backend in Temporal mode. Knows nothing of the page.

const FIRST_POLL_MS = 500;
const POLL_MS = 1000;
const PATIENCE = 30; // failed looks in a row before a run is given up

export class Problem extends Error {
  constructor(message, body = null) {
    super(message);
    this.body = body;
  }
}

// A run can be watched (onResponse, onProgress) and stopped (signal); it ends with {result, response}.
export class Client {
  constructor(base, key = "") {
    this.base = base;
    this.key = key;
  }

  async health() {
    return (await this.#call("health")).body;
  }

  // Returns the bytes behind a URL of this service, with the key sent along.
  async blob(url) {
    const response = await fetch(new URL(url, this.base), { headers: this.#headers() });
    if (!response.ok) throw new Problem(`${new URL(url, this.base).pathname}: HTTP ${response.status}`);
    return response.blob();
  }

  modelUrl(sessionId) {
    return `sessions/${encodeURIComponent(sessionId)}/model.glb?t=${Date.now()}`;
  }

  // Blocks until the ring is there; the request id lets the same job be watched and cancelled meanwhile.
  async sync(payload, watch) {
    const id = payload.request_id;
    const finished = new AbortController();
    this.#observe(id, watch, finished.signal);
    try {
      const { body } = await this.#call("run", { method: "POST", json: payload, signal: watch.signal });
      watch.onResponse(body);
      return body.result || body;
    } catch (problem) {
      if (watch.signal.aborted) await this.cancel(id).catch(() => {});
      throw problem;
    } finally {
      finished.abort();
    }
  }

  async async(payload, watch) {
    const { body } = await this.#call("jobs", { method: "POST", json: payload, signal: watch.signal });
    watch.onResponse(body);
    watch.onJob(body.job_id);
    return this.#poll(body.job_id, watch);
  }

  async cancel(id) {
    return (await this.#call(`jobs/${encodeURIComponent(id)}`, { method: "DELETE" })).body;
  }

  async #observe(id, watch, signal) {
    while (!signal.aborted) {
      await pause(POLL_MS, signal);
      const answer = await this.#call(`jobs/${id}/result`, { signal }).catch(() => null);
      if (answer && !signal.aborted && answer.body.progress !== undefined) watch.onProgress(answer.body);
    }
  }

  async #poll(id, watch) {
    await pause(FIRST_POLL_MS, watch.signal);
    return untilFound(watch.signal, async () => {
      const { body } = await this.#call(`jobs/${encodeURIComponent(id)}/result`, { signal: watch.signal });
      if (body.status === "succeeded") return body.result;
      if (body.status === "failed") throw new Problem(body.error, body);
      if (body.status === "cancelled") throw new Problem("The job was cancelled", body);
      watch.onProgress(body);
    });
  }

  async #call(path, options = {}) {
    return request(new URL(path, this.base), { ...options, headers: this.#headers() });
  }

  #headers() {
    return this.key ? { "X-API-Key": this.key } : {};
  }
}

// The agentic backend: starts a workflow, polls its status, and finds the ring in whatever shape comes back.
export class TemporalClient {
  constructor({ base, workflow, key, user, bearer }) {
    this.base = base.endsWith("/") ? base : `${base}/`;
    this.workflow = workflow;
    this.headers = {};
    if (key) this.headers["X-API-Key"] = key;
    if (user) this.headers["X-On-Behalf-Of"] = user;
    if (bearer) this.headers.Authorization = bearer.startsWith("Bearer ") ? bearer : `Bearer ${bearer}`;
  }

  static wrap(payload) {
    return { payload, return_nodes: ["ring-generate"] };
  }

  async run(payload, watch) {
    const path = `run/${encodeURIComponent(this.workflow)}`;
    const started = await this.#call(path, { method: "POST", json: payload, signal: watch.signal });
    watch.onResponse(started);
    if (!started.workflow_id) throw new Problem("The backend named no workflow_id", started);
    const id = encodeURIComponent(started.workflow_id);
    for (let wait = FIRST_POLL_MS; ; wait = POLL_MS * 2) {
      await pause(wait, watch.signal);
      if (watch.signal.aborted) throw new Problem("Stopped watching");
      const { progress = {}, error } = await this.#call(`status/${id}`, { signal: watch.signal });
      const { state = "running", completed_nodes: done = 0, total_nodes: total = 0 } = progress;
      if (state === "failed") {
        const answer = await this.#call(`result/${id}`).catch((problem) => problem.body);
        throw new Problem(error || "The workflow failed", answer);
      }
      if (state === "completed") break;
      watch.onProgress({ status: state, progress: total ? Math.round((100 * done) / total) : 10, detail: `${done} of ${total} nodes` });
    }
    const answer = await this.#call(`result/${id}`, { signal: watch.signal });
    const ring = findRing(answer);
    if (!ring) throw new Problem("No ring in the workflow's result", answer);
    return ring;
  }

  async #call(path, options = {}) {
    return (await request(new URL(path, this.base), { ...options, headers: this.headers })).body;
  }
}

// Returns the first object, at any depth, that names a GLB or a session.
export function findRing(value) {
  if (value === null || typeof value !== "object") return null;
  if (!Array.isArray(value) && (typeof value.session_id === "string" || value.glb_path)) return value;
  for (const inner of Object.values(value)) {
    const found = findRing(inner);
    if (found) return found;
  }
  return null;
}

export async function request(url, { method = "GET", json, signal, headers = {} } = {}) {
  const options = { method, signal, headers: { ...headers } };
  if (json !== undefined) {
    options.body = JSON.stringify(json);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(url, options);
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    const problem = new Problem(said(body) || `HTTP ${response.status}`, body);
    problem.status = response.status;
    throw problem;
  }
  return { response, body };
}

// Returns a refusal's words: `detail`, or `error` as a text or as an envelope with the fields that it is about.
function said(body) {
  const error = body?.detail || body?.error;
  if (!error?.message) return error;
  const fields = error.details?.fields ?? [];
  return fields.length ? fields.map(({ field, message }) => `${field}: ${message}`).join("; ") : error.message;
}

// Looks every second until there is something to return. Failures that may pass, of the network or of a service that is
// being restarted, are borne for half a minute.
export async function untilFound(signal, look) {
  for (let failures = 0; ; ) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      failures = 0;
    } catch (problem) {
      const isPassing = problem.status === 503 || problem.status === 502 || problem instanceof TypeError;
      if (!isPassing || ++failures > PATIENCE) throw problem;
    }
    await pause(POLL_MS, signal);
    signal.throwIfAborted();
  }
}

export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
