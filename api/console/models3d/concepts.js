// The concepts as cards: who drew them, and one button each to go on with.

import { element, warningNote } from "../report.js";

const PROVIDERS = { openai: "OpenAI", gemini: "Gemini", offline: "the offline illustrator" };

export class Concepts {
  #urls = [];

  constructor({ section, cards, about, notes }, build) {
    Object.assign(this, { section, cards, about, notes, build });
  }

  // result: as ConceptsResult, its artifacts with links. blob(artifact) fetches one.
  async show(result, blob) {
    const pictures = await Promise.all(result.concepts.map((concept, index) => blob(concept, `Concept ${index + 1}`)));
    this.clear();
    this.#urls = pictures.map((picture) => URL.createObjectURL(picture));
    this.cards.replaceChildren(...result.concepts.map((concept, index) => this.#card(concept, index)));
    this.about.textContent = drawnBy(result);
    this.notes.replaceChildren(...warningNote(result.warnings));
    this.section.hidden = false;
  }

  clear() {
    this.#urls.forEach((url) => URL.revokeObjectURL(url));
    this.#urls = [];
    this.cards.replaceChildren();
    this.section.hidden = true;
  }

  // Marks the concept that the model is made of.
  mark(sha256) {
    for (const card of this.cards.children) card.classList.toggle("chosen", card.dataset.sha256 === sha256);
  }

  // While a run is under way none can be picked.
  allow(allowed) {
    for (const button of this.cards.querySelectorAll("button")) button.disabled = !allowed;
  }

  #card(concept, index) {
    const button = element("button", { type: "button", "aria-label": `Build concept ${index + 1}` }, "Build this one");
    button.addEventListener("click", () => this.build(concept));
    const image = element("img", { src: this.#urls[index], alt: `Concept ${index + 1}` });
    const save = element("a", { href: this.#urls[index], download: `concept-${index + 1}.png` }, "Save");
    return element("figure", { "data-sha256": concept.sha256 }, image, element("figcaption", {}, button, save));
  }
}

function drawnBy({ provider, model_id: model, cost_summary: cost }) {
  const who = `Drawn by ${PROVIDERS[provider] ?? (provider || "the service")}`;
  const usd = cost?.total_usd ? `$${cost.total_usd.toFixed(4)}` : "";
  return [provider === "offline" || !model ? who : `${who}, ${model}`, usd].filter(Boolean).join(" · ");
}
