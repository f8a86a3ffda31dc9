// Talks to the try-on contract. Knows nothing of the page.

import { Problem, request, untilFound } from "../client.js";

// Of each kind of run, by the prefix of its id, the steps in the contract's words.
const PREPARING = ["UPLOADING_IMAGE", "RESIZING_IMAGE", "CHECKING_ZOOM", "REMOVING_BACKGROUND", "GENERATING_MASK"];
const MAKING = ["REFINING_MASK", "UPLOADING_MASK", "GENERATING_IMAGES"];
export const STEPS = {
  start: [...PREPARING, ...MAKING, "COMPLETED"],
  preprocess: [...PREPARING, "UPLOADING_MASK", "COMPLETED"],
  generate: [...MAKING, "COMPLETED"],
};
export const STEP_NAMES = {
  UPLOADING_IMAGE: "Storing the photo",
  RESIZING_IMAGE: "Fitting it to the canvas",
  CHECKING_ZOOM: "Looking at the background",
  REMOVING_BACKGROUND: "Removing the background, if advised",
  GENERATING_MASK: "Finding the jewelry",
  REFINING_MASK: "Painting your strokes, if any",
  UPLOADING_MASK: "Storing the mask",
  GENERATING_IMAGES: "Putting it on",
  COMPLETED: "Done",
};

export const kindOf = (id) => ["preprocess", "generate"].find((kind) => id.startsWith(`${kind}-`)) ?? "start";

export class TryOn {
  constructor(root, key = "") {
    this.root = root;
    this.headers = key ? { "X-API-Key": key } : {};
  }

  async health() {
    return this.#call("health");
  }

  // Starts a run of a kind; returns its id.
  async begin(kind, payload, signal) {
    const { workflowId } = await this.#call(`workflow/${kind}`, { method: "POST", json: payload, signal });
    return workflowId;
  }

  // Returns the result of a run once it is there; onProgress(status) hears of every look before that.
  async follow(id, { signal, onProgress }) {
    return untilFound(signal, async () => {
      const status = await this.#call(`${path(id)}?images=uri&case=camel`, { signal });
      if (status.status === "COMPLETED") return status.result;
      if (status.status === "CANCELLED") throw new Problem("Cancelled.", status);
      if (status.status === "FAILED") throw new Problem(status.detail || status.error?.message || "It failed.", status);
      onProgress(status);
    });
  }

  async cancel(id) {
    return this.#call(`${path(id)}/cancel`, { method: "POST", json: { reason: "the visitor cancelled it" } });
  }

  // Returns pictures as blobs, by the keys of `uris`; what cannot be had is left out.
  async pictures(uris) {
    const wanted = Object.fromEntries(Object.entries(uris).filter(([, uri]) => uri));
    if (!Object.keys(wanted).length) return {};
    const found = await this.#call("images/fetch", { method: "POST", json: { uris: wanted } });
    return Object.fromEntries(Object.entries(found).filter(([, data]) => data).map(([name, data]) => [name, blobOf(data)]));
  }

  async #call(relative, options = {}) {
    return (await request(new URL(relative, this.root), { ...options, headers: this.headers })).body;
  }
}

const path = (id) => `workflow/${encodeURIComponent(id)}`;

export function blobOf(base64) {
  const bytes = Uint8Array.from(atob(base64.slice(base64.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: bytes[0] === 0x89 ? "image/png" : "image/jpeg" });
}
