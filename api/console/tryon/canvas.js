// The board: a photo with its mask and its marks on a canvas; a finger, a mouse, a pen or arrow keys make new marks.

import { radius, unit } from "./frame.js";
import { point, stroke } from "./marks.js";

const LONG_SIDE_PX = 1200; // of the canvas at least, so that a small photo has smooth marks too
const DOT_PX = 11; // on the screen
const STEP = 0.02; // of the photo's width, per press of an arrow key; a fifth with Shift
const MASK = "rgb(50, 255, 100)"; // as the contract's overlay
const COLOURS = { add: "rgb(50, 255, 100)", remove: "rgb(255, 70, 90)", on: "#0b7a3b", beside: "#b3173a" };

export class Board {
  #canvas;
  #context;
  #onMark;
  #photo = null;
  #layer = document.createElement("canvas");
  #mask = null;
  #frame = null;
  #stroke = null; // the points of the one being painted
  #pointer = null; // where the mouse or the pen is
  #cross = null; // where the keyboard's cross is
  #due = false;

  tool = { kind: "point", label: 1 };
  size = 24;
  marks = [];
  maskShown = true;

  constructor(canvas, onMark) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#onMark = onMark;
    for (const [name, act] of Object.entries({ pointerdown: this.#down, pointermove: this.#move, pointerup: this.#up, pointercancel: this.#drop, pointerleave: this.#leave })) {
      canvas.addEventListener(name, act.bind(this));
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => { this.#finish(); this.#cross = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  // Shows a photo, {bitmap, width, height}; `frame` says where it lies on the service's canvas.
  show(photo, frame) {
    const scale = Math.max(1, LONG_SIDE_PX / Math.max(photo.bitmap.width, photo.bitmap.height));
    const [width, height] = [photo.bitmap.width, photo.bitmap.height].map((px) => Math.max(1, Math.round(scale * px)));
    for (const each of [this.#canvas, this.#layer]) Object.assign(each, { width, height });
    this.#canvas.style.setProperty("--shape", width / height);
    [this.#photo, this.#frame, this.#mask, this.#stroke, this.#cross] = [photo, frame, null, null, null];
    this.draw();
  }

  // Lays a mask over the photo: a bitmap of the resized picture's size, white where the jewelry is; null takes it away.
  cover(mask, frame = this.#frame) {
    this.#frame = frame;
    this.#mask = mask && stencil(mask);
    this.draw();
  }

  draw() {
    if (this.#due || !this.#photo) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#paint();
    });
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  #paint() {
    const { width, height } = this.#canvas;
    this.#context.clearRect(0, 0, width, height);
    this.#context.drawImage(this.#photo.bitmap, 0, 0, width, height);
    const strokes = this.marks.filter((mark) => mark.kind === "stroke");
    if (this.#stroke) strokes.push({ mode: this.tool.mode, size: this.size, points: this.#stroke });
    if (this.maskShown && this.#mask) this.#paintMask(strokes);
    const plain = this.maskShown && this.#mask ? strokes.filter(({ mode }) => mode === "remove") : strokes;
    for (const each of plain) this.#translucent(each, this.#mask ? 0.25 : 0.5);
    this.marks.filter((mark) => mark.kind === "point").forEach((mark, index) => this.#dot(mark, index + 1));
    this.#cursor();
  }

  // The mask as it will be: the strokes painted into it, in their order.
  #paintMask(strokes) {
    const layer = this.#layer.getContext("2d");
    const { width, height } = this.#layer;
    const { left, top, width: wide, height: high } = this.#frame;
    layer.globalCompositeOperation = "copy";
    const [sourceWidth, sourceHeight] = [this.#mask.width, this.#mask.height];
    layer.drawImage(this.#mask, left * sourceWidth, top * sourceHeight, wide * sourceWidth, high * sourceHeight, 0, 0, width, height);
    for (const each of strokes) {
      layer.globalCompositeOperation = each.mode === "add" ? "source-over" : "destination-out";
      this.#trace(layer, each, MASK);
    }
    this.#context.globalAlpha = 0.5;
    this.#context.drawImage(this.#layer, 0, 0);
    this.#context.globalAlpha = 1;
  }

  #translucent(mark, opacity) {
    this.#context.globalAlpha = opacity;
    this.#trace(this.#context, mark, COLOURS[mark.mode]);
    this.#context.globalAlpha = 1;
  }

  #trace(context, { points, size }, colour) {
    const { width, height } = this.#canvas;
    context.strokeStyle = colour;
    context.lineWidth = 2 * radius(size, this.#frame) * width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(points[0].x * width, points[0].y * height);
    for (const each of points) context.lineTo(each.x * width, each.y * height);
    context.stroke();
  }

  // A number in a disc on the jewelry, in a square beside it: told apart without colours too.
  #dot({ x, y, label }, number) {
    const context = this.#context;
    const size = DOT_PX * this.#scale();
    const [across, down] = [x * this.#canvas.width, y * this.#canvas.height];
    context.beginPath();
    if (label) context.arc(across, down, size, 0, 2 * Math.PI);
    else context.rect(across - 0.9 * size, down - 0.9 * size, 1.8 * size, 1.8 * size);
    context.fillStyle = label ? COLOURS.on : COLOURS.beside;
    context.fill();
    context.lineWidth = 0.18 * size;
    context.strokeStyle = context.fillStyle = "#fff";
    context.stroke();
    context.font = `600 ${(number < 10 ? 1.15 : 0.95) * size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(number), across, down + 0.06 * size);
  }

  #cursor() {
    const at = this.#cross ?? (this.tool.kind === "stroke" ? this.#pointer : null);
    if (!at) return;
    const context = this.#context;
    const { width, height } = this.#canvas;
    const [across, down] = [at.x * width, at.y * height];
    const size = this.tool.kind === "stroke" ? radius(this.size, this.#frame) * width : DOT_PX * this.#scale();
    for (const [colour, thick] of [["#000", 3], ["#fff", 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = thick * this.#scale();
      context.beginPath();
      context.arc(across, down, size, 0, 2 * Math.PI);
      if (this.#cross) {
        context.moveTo(across - 2 * size, down);
        context.lineTo(across + 2 * size, down);
        context.moveTo(across, down - 2 * size);
        context.lineTo(across, down + 2 * size);
      }
      context.stroke();
    }
  }

  // Pixels of the canvas per pixel of the screen.
  #scale() {
    return this.#canvas.width / (this.#canvas.clientWidth || this.#canvas.width);
  }

  // ---- pointers -------------------------------------------------------------------------------------------------

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: unit((event.clientX - box.left) / box.width), y: unit((event.clientY - box.top) / box.height) };
  }

  #down(event) {
    if (!event.isPrimary || event.button !== 0 || !this.#photo) return;
    this.#cross = null;
    const at = this.#place(event);
    if (this.tool.kind === "point") return this.#onMark(point(at.x, at.y, this.tool.label));
    this.#canvas.setPointerCapture(event.pointerId);
    this.#stroke = [at];
    this.draw();
  }

  #move(event) {
    if (!event.isPrimary) return;
    this.#pointer = event.pointerType === "touch" ? null : this.#place(event);
    if (this.#stroke && event.buttons) {
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const each of passed.length ? passed : [event]) this.#stroke.push(this.#place(each));
    }
    if (this.tool.kind === "stroke") this.draw();
  }

  #up(event) {
    if (event.isPrimary) this.#finish();
  }

  #drop() {
    this.#stroke = null;
    this.draw();
  }

  #leave() {
    this.#pointer = null;
    this.draw();
  }

  #finish() {
    const points = this.#stroke;
    this.#stroke = null;
    if (points) this.#onMark(stroke(this.tool.mode, this.size, points));
  }

  // ---- keys -----------------------------------------------------------------------------------------------------

  #key(event) {
    if (!this.#photo || event.ctrlKey || event.metaKey || event.altKey) return;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (across || down) this.#step(across, down, event.shiftKey ? STEP / 5 : STEP);
    else if (event.key === "Enter" || event.key === " ") this.#press();
    else if (event.key === "Escape") this.#drop();
    else return;
    event.preventDefault();
    this.draw();
  }

  #step(across, down, far) {
    const { x, y } = this.#cross ?? { x: 0.5, y: 0.5 };
    const shape = this.#canvas.width / this.#canvas.height;
    this.#cross = { x: unit(x + across * far), y: unit(y + down * far * shape) };
    this.#stroke?.push(this.#cross);
  }

  #press() {
    this.#cross ??= { x: 0.5, y: 0.5 };
    if (this.tool.kind === "point") this.#onMark(point(this.#cross.x, this.#cross.y, this.tool.label));
    else if (this.#stroke) this.#finish();
    else this.#stroke = [this.#cross];
  }
}

// Returns the mask as a canvas that is green and opaque where the mask is white, clear elsewhere.
function stencil(mask) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: mask.width, height: mask.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(mask, 0, 0);
  const picture = context.getImageData(0, 0, mask.width, mask.height);
  for (let at = 0; at < picture.data.length; at += 4) {
    picture.data[at + 3] = picture.data[at] >= 128 ? 255 : 0;
    [picture.data[at], picture.data[at + 1], picture.data[at + 2]] = [50, 255, 100];
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}
