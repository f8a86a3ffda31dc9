// Shows what a run made: the pictures side by side, how faithful they are, who made them, and what can be saved.

import { element } from "../report.js";
import { slider } from "./slider.js";
import { blobOf } from "./workflow.js";

// Both pictures, and what the contract calls them.
const VARIANTS = [
  { key: "flux", name: "Picture 1" },
  { key: "gemini", name: "Picture 2" },
];
const PHOTO = "Photo";
// By the names under which a result tells its engines.
const PARTS = {
  RESIZING_IMAGE: "Canvas", CHECKING_ZOOM: "Look at the background", REMOVING_BACKGROUND: "Background removed",
  GENERATING_MASK: "Mask", REFINING_MASK: "Strokes", GENERATING_IMAGES: "Picture 1", gemini: "Picture 2",
};
export const MEASURES = [
  { key: "precision", name: "Precision", least: 0.95, means: "of the jewelry in the picture, how much is in the photo" },
  { key: "recall", name: "Recall", least: 0.9, means: "of the jewelry in the photo, how much is in the picture" },
  { key: "iou", name: "Overlap (IoU)", least: 0.85, means: "what both share, of all that either has" },
  { key: "growthRatio", name: "Growth", least: null, means: "size in the picture, in sizes in the photo" },
];

export const isGood = (metrics) => MEASURES.every(({ key, least }) => least === null || metrics[key] >= least);

// Returns the result's pictures as blobs: flux, gemini, fluxViz, geminiViz, photo, mask; what there is none of is left out.
export async function picturesOf(result, api) {
  const names = { flux: "fluxResult", gemini: "geminiResult", fluxViz: "fluxFidelityViz", geminiViz: "geminiFidelityViz" };
  const inside = Object.entries(names).filter(([, name]) => result[`${name}Base64`]);
  const outside = Object.entries(names).filter(([, name]) => !result[`${name}Base64`]).map(([key, name]) => [key, result[`${name}Uri`]]);
  const uris = { ...Object.fromEntries(outside), photo: result.processedImageUri ?? result.resizedUri, mask: result.finalMaskUri ?? result.maskUri };
  const fetched = await api.pictures(uris);
  return { ...Object.fromEntries(inside.map(([key, name]) => [key, blobOf(result[`${name}Base64`])])), ...fetched };
}

export class Results {
  #urls = [];

  constructor(nodes) {
    this.nodes = nodes; // {compare, downloads, notes, metrics, fidelity, engines}
  }

  clear() {
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
    for (const node of Object.values(this.nodes)) node.replaceChildren();
  }

  show(result, pictures, name) {
    this.clear();
    const urls = Object.fromEntries(Object.entries(pictures).map(([key, blob]) => [key, this.#url(blob)]));
    this.nodes.compare.replaceChildren(...comparison(urls));
    this.nodes.downloads.replaceChildren(...this.#downloads(result, pictures, urls, name));
    this.nodes.notes.replaceChildren(...notes(result));
    this.nodes.metrics.replaceChildren(...metricsTable(result));
    this.nodes.fidelity.replaceChildren(...fidelity(urls));
    this.nodes.engines.replaceChildren(...engines(result));
  }

  #url(blob) {
    const url = URL.createObjectURL(blob);
    this.#urls.push(url);
    return url;
  }

  #downloads(result, pictures, urls, name) {
    const files = [["flux", "Save picture 1", "picture-1"], ["gemini", "Save picture 2", "picture-2"], ["mask", "Save the mask", "mask"]];
    const links = files.filter(([key]) => urls[key]).map(([key, text, file]) => saving(urls[key], `${name}-${file}.${pictures[key].type === "image/png" ? "png" : "jpg"}`, text));
    const metrics = { workflowId: name, flux: result.fluxMetrics ?? null, gemini: result.geminiMetrics ?? null, engines: result.engines ?? {}, warnings: result.warnings ?? [] };
    const json = new Blob([JSON.stringify(metrics, null, 2)], { type: "application/json" });
    return [...links, saving(this.#url(json), `${name}-metrics.json`, "Save the metrics")];
  }
}

const saving = (href, file, text) => element("a", { class: "button", href, download: file }, text);

function comparison(urls) {
  const pictures = [
    { name: PHOTO, url: urls.photo, alt: "The photo, as it was prepared" },
    ...VARIANTS.map(({ key, name }) => ({ name, url: urls[key], alt: `${name}: the jewelry, worn` })),
    ...VARIANTS.map(({ key, name }) => ({ name: `${name}, fidelity`, url: urls[`${key}Viz`], alt: `${name}: where the jewelry was kept, lost and added` })),
  ].filter(({ url }) => url);
  if (!pictures.length) return [];
  const has = (name) => pictures.some((each) => each.name === name);
  const left = has("Picture 2") ? "Picture 1" : has(PHOTO) ? PHOTO : pictures[0].name;
  const right = has("Picture 2") ? "Picture 2" : has("Picture 1") ? "Picture 1" : pictures.at(-1).name;
  return [slider(pictures, [left, right])];
}

function notes(result) {
  const lines = [...(result.warnings ?? [])];
  if (result.geminiResultUri === null && !result.geminiResultBase64) lines.push("There is no second picture: the service made one only.");
  if (!lines.length) return [];
  return [element("div", { class: "note warn" }, element("h3", {}, "Worth knowing"), element("ul", {}, ...lines.map((line) => element("li", {}, line))))];
}

function metricsTable(result) {
  const measured = VARIANTS.map(({ key, name }) => ({ name, metrics: result[`${key}Metrics`] })).filter(({ metrics }) => metrics);
  if (!measured.length) return [heading("Faithfulness"), element("p", {}, "Not measured: no places on the jewelry were given.")];
  const head = ["", ...measured.map(({ name }) => name)].map((text) => element("th", { scope: "col" }, text));
  const rows = MEASURES.map(({ key, name, least, means }) =>
    element("tr", {}, element("th", { scope: "row" }, name, element("small", {}, least === null ? means : `${means} · good from ${least.toFixed(2)}`)), ...measured.map(({ metrics }) => value(metrics[key], least))));
  const verdicts = element("tr", { class: "verdict" }, element("th", { scope: "row" }, "Verdict"), ...measured.map(({ metrics }) => verdict(metrics)));
  return [heading("Faithfulness"), element("div", { class: "scroll" }, element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows, verdicts)))];
}

const heading = (text) => element("h3", {}, text);

function value(number, least) {
  const low = least !== null && number < least;
  return element("td", low ? { class: "low" } : {}, Number(number).toFixed(3), low ? element("span", { class: "visually-hidden" }, " (low)") : null);
}

const verdict = (metrics) => element("td", { class: isGood(metrics) ? "good" : "low" }, isGood(metrics) ? "✓ Good" : "✗ Look closely");

function fidelity(urls) {
  return VARIANTS.filter(({ key }) => urls[`${key}Viz`]).map(({ key, name }) =>
    element("figure", {},
      element("img", { src: urls[`${key}Viz`], alt: `${name}: where the jewelry was kept, lost and added` }),
      element("figcaption", {}, element("span", {}, `${name}: kept, lost, added`), element("a", { href: urls[`${key}Viz`], download: `fidelity-${key}.jpg` }, "Save"))));
}

function engines(result) {
  const made = Object.entries(result.engines ?? {});
  if (!made.length) return [];
  const lines = made.map(([part, engine]) => element("li", {}, `${PARTS[part] ?? pretty(part)}: `, element("strong", {}, engine)));
  return [heading("Made by"), element("ul", { class: "engines" }, ...lines)];
}

export const pretty = (word) => word.charAt(0) + word.slice(1).toLowerCase().replaceAll("_", " ");
