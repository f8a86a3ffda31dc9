// The form: what is wished, a picture to start from, and how the pictures are to be made.

import { $, chip, count } from "../page.js";
import { PictureField } from "../picture-field.js";

const KEPT = "atelier.images";
const WISHES = {
  "Emerald ring": "A gold ring with a round emerald on pale marble, soft window light",
  "Pearl earrings": "Pearl drop earrings on a dark velvet cushion, one candle, macro photograph",
  "Signet by the sea": "A silver signet ring on wet sand at dawn, the sea behind it out of focus",
  "Barn in fog": "A red barn in morning fog, film grain, muted palette",
};
const FIELDS = ["prompt", "prompt2", "model", "temperature", "strength", "count", "size", "seed", "steps", "guidance"];
const BOXES = ["random", "vary"];
const CHOICES = ["prompt_mode", "orientation"];

const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const number = (id) => ($(id).value.trim() === "" ? null : Number($(id).value));

export class Order {
  // changed() is called after every change; complain(text) tells what is wrong with a picture, "" that nothing is.
  constructor({ changed, complain }) {
    this.changed = changed;
    this.start = new PictureField(KEPT, { changed: () => this.#show(), complain });
    $("wishes").replaceChildren(...Object.entries(WISHES).map(([name, text]) => chip(name, () => this.#wish(text), { title: text })));
    $("form").addEventListener("input", () => this.#show());
    $("form").addEventListener("change", () => this.#show());
  }

  get isComplete() {
    return $("random").checked || $("prompt").value.trim() !== "";
  }

  get rounds() {
    return number("count") ?? 1;
  }

  // Fields of a job, as the contract takes them; what is left open is left out.
  async request() {
    const isRandom = $("random").checked;
    const isDifferent = chosen("prompt_mode") === "different";
    const seed = number("seed");
    const asked = {
      prompt: $("prompt").value.trim(),
      prompt2: isDifferent && !isRandom ? $("prompt2").value.trim() : "",
      prompt_mode: chosen("prompt_mode"),
      random: isRandom,
      count: number("count"),
      orientation: chosen("orientation"),
      size: $("size").value,
      steps: number("steps"),
      ...(seed === null ? {} : { seed, vary_seed: $("vary").checked }),
      ...guidance($("guidance").value.trim()),
    };
    if (isRandom && $("model").value.trim()) asked.model = $("model").value.trim();
    if (isRandom && number("temperature") !== null) asked.temperature = number("temperature");
    if (this.start.picture) Object.assign(asked, { image: await this.start.base64(), strength: number("strength") });
    return asked;
  }

  // Takes over the words of a picture that is there already, and its seed.
  write(prompt, seed) {
    $("random").checked = false;
    $("prompt").value = prompt;
    if (seed !== null) $("seed").value = seed;
    this.#show();
  }

  get choices() {
    return {
      ...Object.fromEntries(FIELDS.map((id) => [id, $(id).value])),
      ...Object.fromEntries(BOXES.map((id) => [id, $(id).checked])),
      ...Object.fromEntries(CHOICES.map((name) => [name, chosen(name)])),
    };
  }

  async restore(tab, choices) {
    for (const id of FIELDS) $(id).value = choices?.[id] ?? $(id).value;
    for (const id of BOXES) $(id).checked = choices?.[id] ?? $(id).checked;
    for (const name of CHOICES) {
      if (choices?.[name]) document.querySelector(`input[name=${name}][value=${choices[name]}]`).checked = true;
    }
    await this.start.restore(tab);
  }

  // What one press makes.
  advice(endpoints) {
    if (!this.isComplete) return "Describe the picture, or let a language model do it.";
    if (!endpoints || !this.rounds) return "";
    return `${count(this.rounds, "round")} on ${count(endpoints, "endpoint")}: ${count(this.rounds * endpoints, "picture")}`;
  }

  #show() {
    const isRandom = $("random").checked;
    $("prompt-label").textContent = isRandom ? "What they are to be about" : chosen("prompt_mode") === "different" ? "For every first endpoint" : "Describe the picture";
    $("strength-field").hidden = !this.start.picture;
    $("second").hidden = isRandom || chosen("prompt_mode") === "same";
    $("writer").hidden = !isRandom;
    $("strength-value").textContent = Number($("strength").value).toFixed(2);
    this.changed();
  }

  #wish(text) {
    $("prompt").value = text;
    $("prompt").focus();
    this.#show();
  }
}

function guidance(text) {
  if (!text) return {};
  const value = Number(text.replace(",", "."));
  return { guidance_scale: Number.isFinite(value) ? value : text };
}
