// What is said of a model: dimensions, walls, verdict; foretold for a size that is wanted, measured in finished files.

import { element, warningNote } from "../report.js";
import { inUnit, isDoubtful, MIN_WALL_MM, spoken } from "./size.js";

// told: as foretold() or measured() give it. proof: that it came from, for what no size changes.
export function showFigures({ figures, verdict, notes }, { told, proof, unit, said }) {
  const { kind, text } = judged(told);
  verdict.className = `verdict ${kind}`;
  verdict.textContent = text;
  figures.replaceChildren(...facts(told, proof, unit));
  notes.replaceChildren(...warningNote(told.reasons.map(sentence), "Why it may not print"), ...warningNote([...told.remarks, ...said].map(sentence)));
}

function judged(told) {
  if (told.reasons.length) return { kind: "poor", text: told.isMeasured ? "✗ Not printable as it is" : "✗ Not printable in any size" };
  if (isDoubtful(told)) return { kind: "open", text: "… Thin places: the finished files tell whether they print" };
  return { kind: "good", text: told.isMeasured ? "✓ Printable: measured in the finished file" : "✓ Likely printable in this size" };
}

function facts({ mm, wall, volume, isMeasured }, proof, unit) {
  const add = (label, value, more = "") => element("div", { class: "figure" }, element("span", {}, label), element("strong", {}, value), element("small", {}, more));
  return [
    add("Width × depth × height", spoken(mm, unit), isMeasured ? "of the finished file" : "as wanted"),
    add("Thinnest wall", thickness(wall), isMeasured ? `measured; ${MIN_WALL_MM} mm are needed` : `foretold; ${MIN_WALL_MM} mm are needed`),
    add("Material", volume ? amount(volume) : "—", proof.watertight ? bodies(proof.bodies) : "the surface is open"),
    add("Mesh", `${proof.triangles.toLocaleString("en")} triangles`, [proof.watertight ? "watertight" : "not watertight", proof.manifold ? "manifold" : "not manifold"].join(" · ")),
    add("Overhangs", `${(100 * proof.overhang_share).toFixed(0)} %`, "of the surface, steeper than 45°"),
  ];
}

function thickness(wall) {
  if (!wall) return "—";
  const about = `${inUnit(wall.thinnest, "mm")} mm`;
  return wall.isLeast ? `≥ ${about}` : `${about} ± ${inUnit(wall.error, "mm")}`;
}

const amount = (mm3) => (mm3 >= 1000 ? `${(mm3 / 1000).toFixed(mm3 >= 1e5 ? 0 : 2)} cm³` : `${mm3.toFixed(mm3 >= 10 ? 0 : 2)} mm³`);
const bodies = (count) => (count === 1 ? "one solid body" : `${count} solid bodies`);
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
