// The files of a size: one button each, fetched when it is pressed.

import { saveFile } from "../page.js";
import { element } from "../report.js";

const NAMES = { glb: "GLB", stl: "STL", "3mf": "3MF", obj: "OBJ", usdz: "USDZ" };
const ENDINGS = { obj: "obj.zip" };
const bytes = (size) => (size > 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1e3))} kB`);

// Returns links that save artifacts: {format: artifact} under a name. blob(artifact) fetches one; fail(problem) is told.
export function fileLinks(artifacts, name, { blob, fail }) {
  return Object.entries(artifacts).filter(([, artifact]) => artifact).map(([format, artifact]) => {
    const text = NAMES[format] ?? format.toUpperCase();
    const button = element("button", { type: "button", class: "save", "data-format": format }, `Save ${text}`, element("small", {}, bytes(artifact.size)));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        saveFile(await blob(artifact, text), `${name}.${ENDINGS[format] ?? format}`);
      } catch (problem) {
        fail(problem);
      } finally {
        button.disabled = false;
      }
    });
    return button;
  });
}

// Returns a file's name from what was wished: short, plain letters.
export function fileName(prompt, size = "") {
  const words = prompt.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
  return [words || "model", size].filter(Boolean).join("-");
}
