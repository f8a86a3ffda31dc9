// Talks to the native API: starts runs, follows them, fetches what they left. Knows nothing of the page.

import { Problem, request, untilFound } from "../client.js";
import { combinedRoot } from "../navigation.js";

const ENDED_BADLY = ["failed", "crashed", "cancelled"];

// Returns the native API's root: of this very port when the combined app serves the page, else as the page is told.
export async function nativeRoot() {
  const told = combinedRoot();
  if (told.origin === location.origin || new URLSearchParams(location.search).has("api")) return told;
  const own = new URL("/", location.origin);
  const service = await request(new URL("health", own)).then(({ body }) => body?.service, () => null);
  return service === "atelier" ? own : told;
}

export class Models3d {
  constructor(root, key = "") {
    this.root = root;
    this.headers = key ? { "X-API-Key": key } : {};
  }

  // Returns {ready, checks: {name: holds}}; something missing is an answer too.
  async ready() {
    try {
      return await this.#call("ready");
    } catch (problem) {
      if (problem.body?.checks) return problem.body;
      throw problem;
    }
  }

  // Returns [{id, name, preview}], empty where the service has no styles.
  async styles() {
    try {
      return await this.#call("styles");
    } catch (problem) {
      if (problem instanceof Problem) return [];
      throw problem;
    }
  }

  // Starts a run; returns its id.
  async begin(pipeline, asked, signal) {
    return (await this.#call(`runs/${pipeline}`, { method: "POST", json: { request: asked }, signal })).id;
  }

  // Returns what a run left once it has ended well; onProgress(view) hears of every look before that.
  async follow(id, { signal, onProgress }) {
    return untilFound(signal, async () => {
      const view = await this.#call(path(id), { signal });
      if (view.state === "completed") return this.result(id, signal);
      if (ENDED_BADLY.includes(view.state)) throw ended(view);
      onProgress(view);
    });
  }

  // Returns what an ended run left.
  async result(id, signal) {
    return (await this.#call(`${path(id)}/result`, { signal })).result;
  }

  async cancel(id) {
    return this.#call(`${path(id)}/cancel`, { method: "POST" });
  }

  // Returns the bytes behind an artifact that carries a link. The link is signed, so no key goes along.
  async blob({ url }, what = "The file") {
    const response = await fetch(new URL(url, this.root));
    if (!response.ok) throw new Problem(response.status === 403 ? `${what}: the link has expired, so load the page anew.` : `${what} cannot be fetched: HTTP ${response.status}.`);
    return response.blob();
  }

  // Returns a picture of the service as an address for <img>, or null when it cannot be had.
  async picture(address) {
    const response = await fetch(new URL(address, this.root), { headers: this.headers }).catch(() => null);
    return response?.ok ? URL.createObjectURL(await response.blob()) : null;
  }

  async #call(relative, options = {}) {
    return (await request(new URL(relative, this.root), { ...options, headers: this.headers })).body;
  }
}

const path = (id) => `runs/${encodeURIComponent(id)}`;

// As a request names what is stored: without the link.
export const reference = ({ uri, sha256, media_type, size }) => ({ uri, sha256, media_type, size });

function ended(view) {
  const cancelled = view.state === "cancelled";
  return Object.assign(new Problem(cancelled ? "Cancelled." : view.error || "It failed.", view), { step: cancelled ? "" : view.step });
}
