// The wish: words, a picture, a style. What is given is looked at before anything is sent.

import { $, chip } from "../page.js";
import { PictureField } from "../picture-field.js";
import { element } from "../report.js";

const KEPT = "atelier.models3d";
const WISHES = {
  "Ring": "A gold signet ring with a round face, plain, on a white background",
  "Pendant": "A silver pendant in the shape of a ginkgo leaf",
  "Dice tower": "A small stone dice tower with a wooden door",
  "Owl": "A sitting owl figurine with big eyes, carved from wood",
};

export class Wish {
  // changed() is called after every change; complain(text) tells what is wrong, "" that nothing is.
  constructor({ changed, complain }) {
    this.changed = changed;
    this.field = new PictureField(KEPT, { changed, complain });
    $("wishes").replaceChildren(...Object.entries(WISHES).map(([name, text]) => chip(name, () => this.#wish(text))));
    $("sample").replaceWith(chip("Sample photo: ring", () => this.field.takeSample("concept.jpg")));
    $("prompt").addEventListener("input", changed);
    $("count").addEventListener("change", changed);
  }

  get picture() {
    return this.field.picture;
  }

  get prompt() {
    return $("prompt").value.trim();
  }

  get style() {
    return document.querySelector("input[name=style]:checked")?.value || null;
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
    return this.picture ? { ...this.#words(), picture: { base64: await this.field.base64() } } : this.#words();
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
    if (prompt !== undefined) [$("prompt").value, $("count").value, $("seed").value] = [prompt, count, seed];
    await this.field.restore(tab);
  }

  get choices() {
    return { prompt: $("prompt").value, count: $("count").value, seed: $("seed").value, style: this.style };
  }

  #wish(text) {
    $("prompt").value = text;
    $("prompt").focus();
    this.changed();
  }
}

function choice({ id, name, preview }, checked) {
  const input = element("input", { type: "radio", name: "style", value: id, ...(checked ? { checked: "" } : {}) });
  return { preview, label: element("label", {}, input, element("span", {}, name)) };
}
