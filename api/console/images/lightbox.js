// One picture large, with what is known of it: arrow keys or a swipe go to the next, Esc closes.

import { element } from "../report.js";
import { imagePage } from "../navigation.js";

const SWIPE_PX = 50;

export class Lightbox {
  #items = [];
  #at = 0;
  #address = "";
  #wanted = null; // what is being fetched; another takes its place when another picture is shown

  // api: of Dual Gen. moved(item) hears which picture is shown, and null when none is any more.
  constructor(api, moved = () => {}) {
    Object.assign(this, { api, moved });
    this.image = element("img", { alt: "" });
    this.count = element("span", { class: "count" });
    this.about = element("div", { class: "about" });
    const button = (text, name, act, more = {}) => {
      const node = element("button", { type: "button", "aria-label": name, ...more }, text);
      node.addEventListener("click", act);
      return node;
    };
    this.before = button("‹", "Previous picture", () => this.#go(-1), { class: "turn before", "aria-keyshortcuts": "ArrowLeft" });
    this.after = button("›", "Next picture", () => this.#go(1), { class: "turn after", "aria-keyshortcuts": "ArrowRight" });
    const close = button("✕", "Close", () => this.dialog.close(), { class: "close quiet" });
    this.stage = element("div", { class: "large" }, this.image, this.before, this.after);
    this.dialog = element("dialog", { class: "lightbox", "aria-label": "Picture", tabindex: "-1", autofocus: "" }, this.stage, element("aside", {}, element("div", { class: "top" }, this.count, close), this.about));
    document.body.append(this.dialog);
    this.#wire();
  }

  // items: {filename, alt, prompt, seed, facts: [[name, value]], opener}.
  open(items, at) {
    [this.#items, this.#at] = [items, at];
    if (!this.dialog.open) this.dialog.showModal();
    this.#show();
  }

  get isOpen() {
    return this.dialog.open;
  }

  // The list has changed under the picture that is shown.
  relist(items) {
    const { filename } = this.#items[this.#at];
    const at = items.findIndex((item) => item.filename === filename);
    if (at < 0) return;
    [this.#items, this.#at] = [items, at];
    this.#place();
  }

  #wire() {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    this.dialog.addEventListener("keydown", (event) => {
      if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#go(steps[event.key]);
    });
    this.dialog.addEventListener("close", () => {
      this.#items[this.#at].opener?.focus();
      this.#free();
      this.moved(null);
    });
    this.dialog.addEventListener("click", ({ target }) => { if (target === this.dialog) this.dialog.close(); });
    let start = null;
    this.stage.addEventListener("touchstart", ({ touches }) => { start = touches.length === 1 ? touches[0].clientX : null; }, { passive: true });
    this.stage.addEventListener("touchend", ({ changedTouches }) => {
      const way = start === null ? 0 : changedTouches[0].clientX - start;
      if (Math.abs(way) > SWIPE_PX) this.#go(way > 0 ? -1 : 1);
    });
  }

  #go(step) {
    const at = Math.max(0, Math.min(this.#items.length - 1, this.#at + step));
    if (at === this.#at) return;
    this.#at = at;
    this.#show();
  }

  #place() {
    this.count.textContent = `${this.#at + 1} of ${this.#items.length}`;
    this.before.disabled = this.#at === 0;
    this.after.disabled = this.#at === this.#items.length - 1;
    if (document.activeElement?.disabled) this.dialog.focus(); // keys are heard there
  }

  #show() {
    const item = this.#items[this.#at];
    this.#place();
    this.image.alt = item.alt;
    const save = element("a", { class: "button primary", download: item.filename }, "Download");
    this.about.replaceChildren(
      element("div", { class: "acts" }, save, ...handOver(item)),
      ...(item.prompt ? [element("h2", {}, "Prompt"), element("p", { class: "words" }, item.prompt)] : []),
      element("dl", {}, ...item.facts.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    );
    this.about.scrollTop = 0;
    this.#load(item, save);
    this.moved(item);
  }

  // Both the picture and its file come from the same bytes.
  async #load(item, save) {
    this.#free();
    const wanted = (this.#wanted = Symbol(item.filename));
    this.stage.classList.add("loading");
    const blob = await this.api().picture(item.filename).catch((problem) => problem);
    if (this.#wanted !== wanted) return;
    this.stage.classList.remove("loading");
    if (!(blob instanceof Blob)) return this.about.prepend(element("p", { class: "problem", role: "alert" }, blob.message));
    this.#address = URL.createObjectURL(blob);
    this.image.src = save.href = this.#address;
  }

  #free() {
    URL.revokeObjectURL(this.#address);
    [this.#address, this.#wanted] = ["", null];
    this.image.removeAttribute("src");
  }
}

// The part of an address after # is sent to no server, so a prompt of any length and kind fits.
function handOver({ filename, prompt, seed }) {
  const link = (text, wanted) => {
    const url = imagePage("images");
    url.hash = new URLSearchParams(wanted);
    return element("a", { class: "button", href: url.href }, text);
  };
  const words = prompt ? [link("Use its words", { prompt, ...(Number.isInteger(seed) ? { seed } : {}) })] : [];
  return [link("Use as start", { start: filename }), ...words];
}
