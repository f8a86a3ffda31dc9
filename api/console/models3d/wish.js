// The wish: words, a picture, a style. What is given is looked at before anything is sent.

import { Problem } from "../client.js";
import { element } from "../report.js";
import { keepPhoto, keptPhoto } from "../tryon/kept.js";
import { openPhoto, wireFiles } from "../tryon/photo.js";
import { base64Of } from "../tryon/workflow.js";

const MAX_MB = 10; // as the service takes
const KEPT = "atelier.models3d";
const WISHES = {
  "Ring": "A gold signet ring with a round face, plain, on a white background",
  "Pendant": "A silver pendant in the shape of a ginkgo leaf",
  "Dice tower": "A small stone dice tower with a wooden door",
  "Owl": "A sitting owl figurine with big eyes, carved from wood",
};

const $ = (id) => document.getElementById(id);

export class Wish {
  picture = null; // {blob, name}
  #tab;

  // changed() is called after every change; complain(text) tells what is wrong, "" that nothing is.
  constructor({ changed, complain }) {
    Object.assign(this, { changed, complain });
    wireFiles({ inputs: [$("picture")], drop: $("drop"), take: (file) => this.take(file) });
    $("wishes").replaceChildren(...Object.entries(WISHES).map(([name, text]) => chip(name, () => this.#wish(text))));
    $("sample").replaceWith(chip("Sample photo: ring", () => this.#sample()));
    $("picture-remove").addEventListener("click", () => this.drop());
    $("prompt").addEventListener("input", changed);
    $("count").addEventListener("change", changed);
  }

  get prompt() {
    return $("prompt").value.trim();
  }

  get style() {
    return document.querySelector("input[name=style]:checked")?.value || null;
  }

  async take(file, name = file.name || "The picture") {
    this.complain("");
    try {
      const { blob, bitmap } = await openPhoto(file, name, MAX_MB);
      bitmap.close();
      this.#show({ blob, name });
      await keepPhoto(this.#tab, this.picture, KEPT);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.complain(problem.message);
    }
  }

  drop() {
    this.#show(null);
    keepPhoto(this.#tab, { blob: null, name: "" }, KEPT);
    $("picture").focus();
  }

  // Fields of a request for concepts, or for a model of the own picture.
  async conceptsRequest() {
    return { ...(await this.#common()), n: Number($("count").value), seed: Number($("seed").value), provider: $("provider").value };
  }

  async modelRequest(picture = null) {
    const common = picture ? { ...this.#words(), picture } : await this.#common();
    return { ...common, reconstruction: { seed: Number($("seed").value) } };
  }

  async #common() {
    return this.picture ? { ...this.#words(), picture: { base64: await base64Of(this.picture.blob) } } : this.#words();
  }

  #words() {
    return { prompt: this.prompt, ...(this.style ? { style: this.style } : {}) };
  }

  // styles: [{id, name, preview}]; picture(address) gives what an <img> can show, or null.
  async offerStyles(styles, picture, chosen) {
    $("styles-field").hidden = !styles.length;
    const choices = [{ id: "", name: "As it comes", preview: null }, ...styles].map((style) => choice(style, style.id === (chosen ?? "")));
    $("styles").replaceChildren(...choices.map(({ label }) => label));
    await Promise.all(choices.map(async ({ label, preview }) => {
      const address = preview && (await picture(preview));
      if (address) label.querySelector("span").prepend(element("img", { src: address, alt: "" }));
    }));
  }

  async restore({ tab, prompt, count, seed }) {
    this.#tab = tab;
    if (prompt !== undefined) [$("prompt").value, $("count").value, $("seed").value] = [prompt, count, seed];
    const kept = await keptPhoto(tab, KEPT);
    this.#show(kept?.blob ? kept : null);
  }

  get choices() {
    return { prompt: $("prompt").value, count: $("count").value, seed: $("seed").value, style: this.style };
  }

  #show(picture) {
    this.picture = picture;
    URL.revokeObjectURL($("preview").src);
    if (picture) $("preview").src = URL.createObjectURL(picture.blob);
    $("preview").hidden = $("picture-remove").hidden = !picture;
    $("drop-text").replaceChildren(...(picture ? [picture.name] : ["Drop a picture here, paste one, or ", element("u", {}, "choose a file")]));
    this.changed();
  }

  #wish(text) {
    $("prompt").value = text;
    $("prompt").focus();
    this.changed();
  }

  async #sample() {
    const answer = await fetch("../samples/concept.jpg");
    if (!answer.ok) return this.complain("The sample cannot be fetched.");
    await this.take(await answer.blob(), "concept.jpg");
  }
}

function chip(text, act) {
  const node = element("button", { type: "button", class: "chip" }, text);
  node.addEventListener("click", act);
  return node;
}

function choice({ id, name, preview }, checked) {
  const input = element("input", { type: "radio", name: "style", value: id, ...(checked ? { checked: "" } : {}) });
  return { preview, label: element("label", {}, input, element("span", {}, name)) };
}
