// Talks to the image pipeline's three contracts, wherever this page is served from. Knows nothing of the page.

import { Problem, request, untilFound } from "../client.js";
import { contractRoot } from "../navigation.js";

export const ENDED = ["complete", "error", "cancelled"];

class Contract {
  constructor(key = "", root = contractRoot()) {
    this.root = root;
    this.headers = key ? { "X-API-Key": key } : {};
  }

  health() {
    return this.call("health");
  }

  // The form of a scene, as JSON Schema.
  schema() {
    return this.call("schema.json");
  }

  async call(path, options = {}) {
    return (await request(new URL(path, this.root), { ...options, headers: this.headers })).body;
  }
}

// Dual Gen: jobs, their pictures, the gallery.
export class DualGen extends Contract {
  // Returns {job_id, queue_position}.
  generate(asked, signal) {
    return this.call("api/v1/generate", { method: "POST", json: asked, signal });
  }

  // Returns the job's document once it has ended; onLook(document) hears of every look. A page in the background rests.
  follow(id, { signal, onLook }) {
    return untilFound(signal, async () => {
      await untilVisible(signal);
      const job = await this.call(`api/v1/status/${encodeURIComponent(id)}`, { signal });
      signal.throwIfAborted();
      onLook(job);
      return ENDED.includes(job.status) ? job : undefined;
    });
  }

  // Returns {pending, running, completed}: lists of job documents.
  queue() {
    return this.call("api/v1/queue");
  }

  cancel(id) {
    return this.call(`api/v1/queue/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  clear() {
    return this.call("api/v1/queue/clear", { method: "POST" });
  }

  gallery(limit) {
    return this.call(`api/v1/gallery?limit=${limit}`);
  }

  // Returns {endpoints: [{name, status}], llm: {model, status, source}}.
  async endpoints() {
    const answer = await this.call("api/v1/endpoints?include=llm");
    return Array.isArray(answer) ? { endpoints: answer, llm: null } : answer;
  }

  // Returns {data: [{id}], default_model}.
  models() {
    return this.call("api/v1/models");
  }

  // Returns where a picture of the gallery is. `sized`: "" for the whole picture, or "thumbnail".
  pictureUrl(filename, sized = "") {
    return new URL(`images/${encodeURIComponent(filename)}${sized && `?${sized}=1`}`, this.root).href;
  }

  async picture(filename) {
    return bytesOf(this.pictureUrl(filename), this.headers);
  }
}

// JSON-from-Image.
export class FromImage extends Contract {
  // Returns the scene alone.
  analyze(asked, signal) {
    return this.call("api/analyze", { method: "POST", json: asked, signal });
  }

  send(scene) {
    return this.call("api/send", { method: "POST", json: scene });
  }

  models() {
    return this.call("api/models");
  }
}

// Create-JSON: hands on to Dual Gen, and to a language model.
export class CreateJson extends Contract {
  // Returns {lmModel, numCtx}.
  config() {
    return this.call("config.json");
  }

  // As OpenAI's protocol has it.
  chat(asked) {
    return this.call("lm/v1/chat/completions", { method: "POST", json: asked });
  }

  generate(asked) {
    return this.call("api/v1/generate", { method: "POST", json: asked });
  }
}

// Returns once the page can be seen.
export function untilVisible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve, reject) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true, signal });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function bytesOf(url, headers) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Problem(`${decodeURIComponent(new URL(url).pathname.split("/").pop())} cannot be fetched: HTTP ${response.status}.`);
  return response.blob();
}

// Puts a picture into an <img> when it comes near to the window. A key cannot go along with an address, so with one the
// bytes are fetched and shown.
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    target.fetchNow();
  }
}, { rootMargin: "400px" });

export function showPicture(image, url, { headers }) {
  if (!Object.keys(headers).length) {
    image.loading = "lazy";
    image.src = url;
    return;
  }
  image.fetchNow = async () => {
    const blob = await bytesOf(url, headers).catch(() => null);
    if (!blob) return image.dispatchEvent(new Event("error"));
    image.src = URL.createObjectURL(blob);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  };
  near.observe(image);
}
