// The form of the print size: three lengths in a unit, proportions kept or not.

import { AXES, byAxis, inUnit, PrintSize, UNITS } from "./size.js";

const $ = (id) => document.getElementById(id);

export class Sizing {
  size = null; // a PrintSize once there is a model

  // changed() is called whenever the size, its unit or the wanted files change.
  constructor(changed) {
    this.changed = changed;
    for (const axis of AXES) {
      $(`size-${axis}`).addEventListener("input", ({ target }) => this.#typed(axis, target.value));
      $(`size-${axis}`).addEventListener("blur", () => this.#write());
    }
    $("keep").addEventListener("change", () => {
      this.size.setKeep($("keep").checked);
      this.#write();
      changed();
    });
    $("unit").addEventListener("change", () => {
      this.#write();
      changed();
    });
    for (const box of document.querySelectorAll("#formats input")) box.addEventListener("change", changed);
  }

  get unit() {
    return $("unit").value;
  }

  get formats() {
    return ["stl", "3mf", ...[...document.querySelectorAll("#formats input:checked")].map(({ value }) => value)];
  }

  get isValid() {
    return Boolean(this.size?.isPossible);
  }

  // extents: of the model as it is, in millimetres, [width, depth, height]. saved: as `saved` gives it.
  open(extents, saved) {
    this.size = new PrintSize(byAxis(extents));
    if (saved) {
      this.size.keep = saved.keep;
      this.size.axis = saved.axis;
      if (saved.keep) this.size.set(saved.axis, saved.mm[saved.axis]);
      else this.size.mm = saved.mm;
      $("unit").value = saved.unit;
    }
    $("keep").checked = this.size.keep;
    for (const axis of AXES) $(`size-${axis}`).disabled = this.size.isFlat(axis);
    this.#write();
  }

  get saved() {
    return this.size && { keep: this.size.keep, axis: this.size.axis, mm: this.size.mm, unit: this.unit };
  }

  // The field that is typed in stays as it is typed.
  #typed(axis, text) {
    const value = Number(text.replace(",", ".")) * UNITS[this.unit];
    this.size.set(axis, text.trim() && Number.isFinite(value) ? value : NaN);
    this.#write(axis);
    this.changed();
  }

  #write(except) {
    for (const axis of AXES) {
      const mm = this.size.mm[axis];
      const field = $(`size-${axis}`);
      const decides = !this.size.keep || axis === this.size.axis;
      if (axis !== except && Number.isFinite(mm)) field.value = inUnit(mm, this.unit);
      field.setAttribute("aria-invalid", decides && !this.size.isLength(axis));
    }
    $("size-problem").hidden = this.size.isPossible;
  }
}
