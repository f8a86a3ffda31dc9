// The marks on a photo, in the order that they were made, with undo and redo. Knows nothing of the page.
//
// A mark is {kind: "point", x, y, label} or {kind: "stroke", mode, size, points: [{x, y}]}, all in fractions of the photo.

import { toCanvas, unit } from "./frame.js";

export const MAX_POINTS = 100;
export const MAX_STROKES = 100;
export const MAX_STROKE_POINTS = 2000; // of one stroke
export const MAX_ALL_STROKE_POINTS = 10_000; // of all strokes together
const TOLERANCE = 0.0004; // of the photo: less than a pixel of the contract's canvas

export const point = (x, y, label) => ({ kind: "point", x: unit(x), y: unit(y), label });

export const stroke = (mode, size, points) => ({
  kind: "stroke", mode, size, points: thinned(simplified(points), MAX_STROKE_POINTS).map(({ x, y }) => ({ x: unit(x), y: unit(y) })),
});

// Leaves out the points that lie on the line between their neighbours (Ramer-Douglas-Peucker): a fast pointer gives hundreds.
export function simplified(points, tolerance = TOLERANCE) {
  const kept = new Set([0, points.length - 1]);
  for (const spans = [[0, points.length - 1]]; spans.length; ) {
    const [first, last] = spans.pop();
    let [farthest, far] = [0, tolerance];
    for (let index = first + 1; index < last; index++) {
      const away = distance(points[index], points[first], points[last]);
      if (away > far) [farthest, far] = [index, away];
    }
    if (!farthest) continue;
    kept.add(farthest);
    spans.push([first, farthest], [farthest, last]);
  }
  return points.filter((_, index) => kept.has(index));
}

// From a point to the part of a line between two others.
function distance({ x, y }, from, to) {
  const [across, down] = [to.x - from.x, to.y - from.y];
  const along = across || down ? ((x - from.x) * across + (y - from.y) * down) / (across ** 2 + down ** 2) : 0;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - at * across, y - from.y - at * down);
}

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
    const room = this.#hasRoom(mark);
    if (room) this.#become([...this.#now, mark]);
    return room;
  }

  #hasRoom(mark) {
    if (mark.kind === "point") return this.points.length < MAX_POINTS;
    const points = this.strokes.reduce((sum, each) => sum + each.points.length, mark.points.length);
    return this.strokes.length < MAX_STROKES && points <= MAX_ALL_STROKE_POINTS;
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
