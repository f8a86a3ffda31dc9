// A form that a JSON Schema describes: a control for each text and number, lists that grow and shrink, objects in frames.

import { element } from "../report.js";
import { placeOf } from "./schema.js";

const NAMED_COLOR = /^[a-z ]+$/i;

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase().replaceAll("_", " ");
const singular = (text) => text.replace(/s$/, "");

// Returns a colour that CSS knows, for words such as "warm gold" or "deep red #8b0000"; null for others.
export function colorOf(text) {
  const hex = /#(?:[0-9a-f]{6}|[0-9a-f]{3})\b/i.exec(text)?.[0];
  if (hex) return hex;
  if (!NAMED_COLOR.test(text)) return null;
  const words = text.trim().toLowerCase().split(/\s+/);
  return [words.join(""), words.slice(-2).join(""), words.at(-1)].find((name) => name && CSS.supports("color", name)) ?? null;
}

export class Form {
  #open = new Set();

  // hidden: names of the root that get no control. edited(path, value) hears of a change in a control; reshaped(path,
  // value, focus) of one that needs other controls, with the place to go on at.
  constructor(box, schema, { hidden = [], edited, reshaped }) {
    Object.assign(this, { box, schema, hidden, edited, reshaped });
  }

  show(value) {
    const { node } = this.schema.resolve(this.schema.root);
    const fields = Object.entries(node.properties).filter(([name]) => !this.hidden.includes(name));
    this.box.replaceChildren(...fields.map(([name, inner]) => this.#field(inner, value?.[name], [name], node.required?.includes(name))));
  }

  // problems: [{path, message}]; each is shown at its control, or at the nearest one around it.
  mark(problems) {
    for (const node of this.box.querySelectorAll("[aria-invalid]")) node.removeAttribute("aria-invalid");
    for (const node of this.box.querySelectorAll(".wrong")) node.textContent = "";
    for (const { path, message } of problems) {
      for (let length = path.length; length; length--) {
        const place = placeOf(path.slice(0, length));
        const told = this.#told(place);
        if (length === path.length) this.control(place)?.setAttribute("aria-invalid", "true");
        if (!told) continue;
        told.textContent = told.textContent || `${length < path.length ? `${placeOf(path.slice(length))} ` : ""}${message}`;
        break;
      }
    }
  }

  control(place) {
    return this.box.querySelector(`[data-at="${CSS.escape(place)}"]`);
  }

  #told(place) {
    return this.box.querySelector(`[data-wrong="${CSS.escape(place)}"]`);
  }

  #field(start, value, path, isRequired, name = sentence(path.at(-1))) {
    const { node, isNullable } = this.schema.resolve(start);
    if (node.type === "object") return this.#object(node, value, path, name);
    if (node.type === "array") return this.#list(node, value, path, name, isRequired);
    const id = `at-${placeOf(path)}`;
    const control = this.#control(node, value, path, isNullable);
    control.id = id;
    return element("div", { class: "field" }, element("label", { for: id }, name, isRequired ? null : element("small", {}, " optional")), control, hint(node), this.#wrong(path, control));
  }

  // Fields whose value is not what they are for are left to the text.
  #control(node, value, path, isNullable) {
    const place = placeOf(path);
    if (node.enum) return this.#select(node, value, path, place);
    const isNumber = node.type === "integer" || node.type === "number";
    const control = isNumber ? element("input", { type: "text", inputmode: "decimal", "data-at": place }) : element("textarea", { rows: "1", "data-at": place });
    control.value = value ?? "";
    control.addEventListener("input", () => this.edited(path, isNumber ? asNumber(control.value, isNullable) : control.value));
    return control;
  }

  #select(node, value, path, place) {
    const options = node.enum.map((each) => element("option", each === value ? { selected: "" } : {}, each));
    const control = element("select", { "data-at": place }, ...options);
    control.addEventListener("change", () => this.edited(path, control.value));
    return control;
  }

  #object(node, value, path, name) {
    const place = placeOf(path);
    const fields = Object.entries(node.properties ?? {}).map(([each, inner]) => this.#field(inner, value?.[each], [...path, each], node.required?.includes(each)));
    const frame = element("details", { class: "frame wide", ...(this.#open.has(place) ? { open: "" } : {}) }, element("summary", {}, name), hint(node), element("div", { class: "fields" }, ...fields), this.#wrong(path));
    frame.addEventListener("toggle", () => (frame.open ? this.#open.add(place) : this.#open.delete(place)));
    return frame;
  }

  #list(node, value, path, name, isRequired) {
    const items = Array.isArray(value) ? value : [];
    const { node: inner } = this.schema.resolve(node.items);
    const isText = inner.type === "string";
    const add = element("button", { type: "button", class: "chip add", "data-add": placeOf(path) }, `Add ${isText ? "one" : singular(name.toLowerCase())}`);
    add.disabled = items.length >= (node.maxItems ?? Infinity) || (value !== undefined && !Array.isArray(value));
    add.addEventListener("click", () => this.#append(node, items, path));
    const rows = items.map((item, index) => (isText ? this.#entry(node, items, index, path, name) : this.#card(node, inner, items, index, path, name)));
    const title = element("legend", {}, name, isRequired ? null : element("small", {}, " optional"));
    return element("fieldset", { class: "field wide list" }, title, hint(node), element("div", { class: isText ? "entries" : "cards" }, ...rows, add), this.#wrong(path));
  }

  #append(node, items, path) {
    const next = [...items, this.schema.blank(node.items)];
    this.reshaped(path, next, placeOf([...path, next.length - 1]));
  }

  // A text of a list; a colour has a swatch.
  #entry(node, items, index, path, name) {
    const here = [...path, index];
    const input = element("input", { type: "text", "data-at": placeOf(here), "aria-label": `${name} ${index + 1}` });
    input.value = items[index];
    const swatch = element("i", { class: "swatch", "aria-hidden": "true" });
    const tint = () => {
      const color = (node.items.maxLength ?? Infinity) <= 64 && colorOf(input.value);
      swatch.hidden = !color;
      swatch.style.background = color || "";
    };
    tint();
    input.addEventListener("input", () => {
      tint();
      this.edited(here, input.value);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (items.length < (node.maxItems ?? Infinity)) this.#append(node, items.with(index, input.value), path);
    });
    return element("div", { class: "entry" }, swatch, input, this.#remove(items, index, path, `${name} ${index + 1}`));
  }

  #card(node, inner, items, index, path, name) {
    const here = [...path, index];
    const title = `${singular(name)} ${index + 1}`;
    const fields = Object.entries(inner.properties ?? {}).map(([each, deeper]) => this.#field(deeper, items[index]?.[each], [...here, each], inner.required?.includes(each)));
    return element("div", { class: "card", role: "group", "aria-label": title, "data-at": placeOf(here), tabindex: "-1" },
      element("div", { class: "top" }, element("strong", {}, title), this.#remove(items, index, path, title)), element("div", { class: "fields" }, ...fields), this.#wrong(here));
  }

  #remove(items, index, path, name) {
    const button = element("button", { type: "button", class: "quiet small", "aria-label": `Remove ${name.toLowerCase()}` }, "✕");
    // `items` is the very list that is edited, so it has what was typed meanwhile.
    button.addEventListener("click", () => this.reshaped(path, items.toSpliced(index, 1), placeOf([...path, Math.max(0, index - 1)])));
    return button;
  }

  #wrong(path, control) {
    const id = `wrong-${placeOf(path)}`;
    control?.setAttribute("aria-describedby", id);
    return element("small", { class: "wrong", id, "data-wrong": placeOf(path) });
  }
}

const hint = ({ description }) => (description ? element("small", { class: "about-field" }, description) : null);

// What is no number is kept as it is typed, so that the check can say so.
function asNumber(text, isNullable) {
  if (!text.trim()) return isNullable ? null : undefined;
  const value = Number(text.replace(",", "."));
  return Number.isFinite(value) ? value : text;
}
