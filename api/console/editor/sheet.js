// A scene as a form and as text, side by side: what is changed in one is changed in the other, and both are checked.

import { count } from "../page.js";
import { element } from "../report.js";
import { Form } from "./form.js";
import { lineOf, read, Unreadable } from "./reader.js";
import { placeOf, Schema } from "./schema.js";

const HIDDEN = ["analysis"]; // who described the scene; no part of it

export class Sheet {
  value = null;
  problems = [];
  #offsets = new Map();

  // nodes: {form, text, problems, verdict}; changed() is called after every change.
  constructor(nodes, schema, changed) {
    Object.assign(this, { nodes, changed, schema: new Schema(schema) });
    this.form = new Form(nodes.form, this.schema, { hidden: HIDDEN, edited: (path, value) => this.#edited(path, value), reshaped: (path, value, focus) => this.#reshaped(path, value, focus) });
    nodes.text.addEventListener("input", () => this.#typed());
  }

  get isValid() {
    return this.value !== null && !this.problems.length;
  }

  get text() {
    return this.nodes.text.value;
  }

  // What a generator gets: without the notes on who described it.
  get scene() {
    return Object.fromEntries(Object.entries(this.value).filter(([name]) => !HIDDEN.includes(name)));
  }

  // Shows another scene, as a value or as text, which may be wrong.
  open(scene) {
    this.nodes.text.value = typeof scene === "string" ? scene : JSON.stringify(scene, null, 2);
    this.#typed();
  }

  blank() {
    return this.schema.blank(this.schema.root);
  }

  #typed() {
    try {
      ({ value: this.value, offsets: this.#offsets } = read(this.text, placeOf));
      this.problems = this.schema.check(this.value);
      this.form.show(typeof this.value === "object" ? this.value : null);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.value = null;
      this.problems = [{ path: [], message: `The text cannot be read: ${error.message}`, offset: error.offset }];
    }
    this.nodes.form.disabled = this.value === null; // it would write over what is being typed
    this.#tell();
  }

  #edited(path, value) {
    place(this.value, path, value);
    this.#written();
  }

  #reshaped(path, value, focus) {
    place(this.value, path, value);
    this.form.show(this.value);
    this.#written();
    const node = this.form.control(focus) ?? this.nodes.form.querySelector(`[data-add="${CSS.escape(placeOf(path))}"]`);
    (node?.matches(".card") ? node.querySelector("textarea, input") : node)?.focus();
  }

  #written() {
    this.nodes.text.value = JSON.stringify(this.value, null, 2);
    this.#offsets = read(this.text, placeOf).offsets;
    this.problems = this.schema.check(this.value);
    this.#tell();
  }

  #tell() {
    this.form.mark(this.problems);
    this.nodes.problems.replaceChildren(...this.problems.map((problem) => this.#line(problem)));
    this.nodes.verdict.textContent = this.problems.length ? count(this.problems.length, "problem") : "Fits the schema";
    this.nodes.verdict.dataset.well = this.problems.length === 0;
    this.nodes.text.setAttribute("aria-invalid", this.problems.length > 0);
    this.changed();
  }

  // A problem in a line; pressed, it leads to its place.
  #line(problem) {
    const place = placeOf(problem.path);
    const offset = problem.offset ?? this.#offset(problem.path);
    const button = element("button", { type: "button" }, place ? element("code", {}, place) : null, ` ${problem.message} `, element("small", {}, `line ${lineOf(this.text, offset)}`));
    button.addEventListener("click", () => this.#goTo(place, offset));
    return element("li", {}, button);
  }

  // What is missing is shown where it belongs.
  #offset(path) {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(placeOf(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  #goTo(place, offset) {
    const { form, text } = this.nodes;
    const control = form.disabled ? null : this.form.control(place);
    for (let frame = control?.closest("details"); frame; frame = frame.parentElement.closest("details")) frame.open = true;
    const end = text.value.indexOf("\n", offset);
    text.focus();
    text.setSelectionRange(offset, end < 0 ? text.value.length : end);
    control?.focus();
    control?.scrollIntoView({ block: "center" });
  }
}

// Puts `value` at a place of `scene`, and makes what leads there; undefined takes the place away.
function place(scene, path, value) {
  let inner = scene;
  path.slice(0, -1).forEach((step, index) => {
    if (inner[step] === null || typeof inner[step] !== "object") inner[step] = typeof path[index + 1] === "number" ? [] : {};
    inner = inner[step];
  });
  if (value === undefined) delete inner[path.at(-1)];
  else inner[path.at(-1)] = value;
}
