// The marks on a photo, in the order that they were made, with undo and redo. Knows nothing of the page.
//
// A mark is {kind: "point", x, y, label} or {kind: "stroke", mode, size, points: [{x, y}]}, all in fractions of the photo.

import { toCanvas, unit } from "./frame.js";

export const MAX_POINTS = 100;
export const MAX_STROKES = 100;
export const MAX_STROKE_POINTS = 2000;

export const point = (x, y, label) => ({ kind: "point", x: unit(x), y: unit(y), label });

export const stroke = (mode, size, points) => ({
  kind: "stroke", mode, size, points: thinned(points, MAX_STROKE_POINTS).map(({ x, y }) => ({ x: unit(x), y: unit(y) })),
});

// Returns at most `most` of the points, evenly taken, the first and the last among them.
export function thinned(points, most) {
  if (points.length <= most) return points;
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)]);
}

export class Marks {
  #past = [];
  #now = [];
  #future = [];

  get all() { return this.#now; }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }
  get strokes() { return this.#now.filter((mark) => mark.kind === "stroke"); }

  // As a request has them.
  get points() {
    return this.#now.filter((mark) => mark.kind === "point").map(({ x, y, label }) => ({ x, y, label }));
  }

  // Strokes as a request has them: in fractions of the canvas.
  brushStrokes(frame) {
    return this.strokes.map(({ points, mode, size }) => ({ points: points.map((each) => toCanvas(each, frame)), mode, size }));
  }

  // Returns whether there was room for the mark.
  add(mark) {
    const [held, most] = mark.kind === "point" ? [this.points.length, MAX_POINTS] : [this.strokes.length, MAX_STROKES];
    if (held >= most) return false;
    this.#become([...this.#now, mark]);
    return true;
  }

  clear() {
    if (this.#now.length) this.#become([]);
  }

  // Starts anew with these marks; there is nothing to undo before them.
  reset(marks = []) {
    [this.#past, this.#now, this.#future] = [[], marks, []];
  }

  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.#now);
    this.#now = this.#past.pop();
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.#now);
    this.#now = this.#future.pop();
  }

  #become(marks) {
    this.#past.push(this.#now);
    this.#now = marks;
    this.#future = [];
  }
}
