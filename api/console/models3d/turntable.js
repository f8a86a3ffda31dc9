// The viewer with a millimetre grid under the model and its dimensions around it. The grid is drawn behind the viewer,
// which is see-through: seen from above, the ground is behind everything that stands on it.

import { dress } from "../glb.js";
import { Problem } from "../client.js";
import { studioUrl } from "../studio.js";
import { gridPaths, measures, plate } from "./ground.js";
import { AXES, inUnit, NAMES } from "./size.js";

const SVG = "http://www.w3.org/2000/svg";
const SETTLE_FRAMES = 3; // until the viewer has moved its marks to where they were put
const CORNERS = ["---", "--+", "-+-", "-++", "+--", "+-+", "++-", "+++"];
const PLATE = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
const SHORTEST_PX = 26; // a line seen so foreshortened has no room for its label
const LABEL_ROOM_PX = { across: 44, down: 12 }; // half of what a label takes
const STRETCH_AFTER_MS = 250; // a stretched model is loaded anew, so not at every key

export class Turntable {
  #size = null; // a PrintSize
  #unit = "mm";
  #frames = 0;
  #shown = null; // the GLB
  #address = "";
  #scale = "";
  #timer = null;

  constructor({ viewer, ground, lines, squares, empty, spin }) {
    Object.assign(this, { viewer, ground, lines, squares, empty, spin });
    viewer.environmentImage = studioUrl();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) viewer.autoRotate = false;
    this.marks = [...CORNERS.map((at) => `hotspot-box${at}`), ...PLATE.map((_, index) => `hotspot-plate${index}`)];
    viewer.append(...this.marks.map(mark));
    viewer.addEventListener("camera-change", () => this.#redraw(1));
    new ResizeObserver(() => this.#redraw(SETTLE_FRAMES)).observe(viewer);
    spin.addEventListener("click", () => this.#turn());
    this.#label();
  }

  // Shows a GLB; returns once it is there.
  async show(blob, alt) {
    this.#shown = new Blob([dress(await blob.arrayBuffer())], { type: "model/gltf-binary" });
    this.#size = null;
    this.viewer.alt = alt;
    await this.#load("1 1 1");
    this.empty.hidden = true;
    this.spin.hidden = false;
  }

  // A scale given together with a file is applied; one that changes later makes this viewer (4.4.0) throw an error.
  async #load(scale) {
    const { viewer } = this;
    const loaded = new Promise((resolve, reject) => {
      viewer.addEventListener("load", resolve, { once: true });
      viewer.addEventListener("error", () => reject(new Problem("The model cannot be shown; its files may be good all the same.")), { once: true });
    });
    const old = this.#address;
    this.#address = URL.createObjectURL(this.#shown);
    viewer.scale = this.#scale = scale;
    viewer.src = this.#address;
    await loaded;
    URL.revokeObjectURL(old);
  }

  // Draws grid and dimensions for another print size; a stretched model is shown stretched.
  measure(size, unit) {
    [this.#size, this.#unit] = [size, unit];
    clearTimeout(this.#timer);
    const growth = size.factors;
    const most = Math.max(...Object.values(growth));
    const scale = [growth.x, growth.z, growth.y].map((factor) => Number((factor / most).toFixed(4))).join(" ");
    if (scale === this.#scale) return this.#place();
    this.#timer = setTimeout(async () => {
      await this.#load(scale);
      this.#place();
    }, STRETCH_AFTER_MS);
  }

  #place() {
    const { viewer } = this;
    if (!this.#size || !viewer.loaded) return;
    const { x: width, y: height, z: depth } = viewer.getDimensions();
    const centre = viewer.getBoundingBoxCenter();
    const perMm = Math.max(width, height, depth) / Math.max(...Object.values(this.#size.mm));
    this.plate = plate(width / perMm, depth / perMm);
    CORNERS.forEach((at) => {
      const [x, y, z] = [...at].map((sign) => (sign === "+" ? 0.5 : -0.5));
      this.#put(`hotspot-box${at}`, centre.x + x * width, centre.y + y * height, centre.z + z * depth);
    });
    PLATE.forEach(([x, z], index) => {
      const half = this.plate.half * perMm;
      this.#put(`hotspot-plate${index}`, centre.x + x * half, centre.y - height / 2, centre.z + z * half);
    });
    this.#redraw(SETTLE_FRAMES);
  }

  #put(name, x, y, z) {
    this.viewer.updateHotspot({ name, position: `${x}m ${y}m ${z}m`, normal: "0m 1m 0m" });
  }

  #redraw(frames) {
    if (!this.#frames) requestAnimationFrame(() => this.#frame());
    this.#frames = Math.max(this.#frames, frames);
  }

  #frame() {
    this.#draw();
    this.#frames -= 1;
    if (this.#frames > 0) requestAnimationFrame(() => this.#frame());
  }

  #draw() {
    const places = this.#size && this.viewer.loaded ? this.marks.map((name) => this.viewer.queryHotspot(name)?.canvasPosition) : [null];
    if (!this.plate || places.some((place) => !place)) {
      this.ground.replaceChildren();
      this.lines.replaceChildren();
      return;
    }
    const { theta, phi } = this.viewer.getCameraOrbit();
    const grid = gridPaths(places.slice(CORNERS.length), this.plate);
    this.ground.classList.toggle("below", phi > Math.PI / 2);
    this.ground.replaceChildren(...Object.entries(grid).map(([kind, d]) => svg("path", { class: kind, d })));
    const corners = Object.fromEntries(CORNERS.map((at, index) => [at, places[index]]));
    const nearest = { x: Math.sin(theta) >= 0 ? "+" : "-", z: Math.cos(theta) >= 0 ? "+" : "-" };
    this.lines.replaceChildren(...drawn(measures(corners, nearest), this.#texts(), this.viewer));
    this.squares.textContent = `Squares of ${inUnit(this.plate.step, "mm")} mm`;
    this.squares.hidden = false;
  }

  #texts() {
    return Object.fromEntries(AXES.map((axis) => [axis, `${NAMES[axis][0].toUpperCase()} ${inUnit(this.#size.mm[axis], this.#unit)} ${this.#unit}`]));
  }

  #turn() {
    this.viewer.autoRotate = !this.viewer.autoRotate;
    this.#label();
  }

  #label() {
    this.spin.setAttribute("aria-pressed", this.viewer.autoRotate);
  }
}

function mark(slot) {
  const node = document.createElement("span");
  node.slot = slot;
  node.className = "mark";
  return node;
}

function drawn(found, texts, { clientWidth, clientHeight }) {
  if (!found) return [];
  return AXES.flatMap((axis) => {
    const { from, to, label, length } = found[axis];
    if (length < SHORTEST_PX) return [];
    const x = within(label.x, LABEL_ROOM_PX.across, clientWidth);
    const y = within(label.y, LABEL_ROOM_PX.down, clientHeight);
    const text = svg("text", { x, y, "data-axis": axis });
    text.textContent = texts[axis];
    return [svg("path", { d: `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}` }), text];
  });
}

const within = (value, room, size) => Math.min(Math.max(value, room), size - room).toFixed(1);

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
