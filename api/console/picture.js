// The reference picture: chosen, dropped or pasted; shown, and kept as base64 until a ring is asked for.

import { dataUrlOf } from "./photo.js";
import { element } from "./report.js";

const MAX_BYTES = 10 * 1024 * 1024;
const $ = (id) => document.getElementById(id);
let current = null;

// Returns {base64, mime}, or null.
export const picture = () => current;

async function take(file, complain) {
  if (!file) return;
  if (!file.type.startsWith("image/")) return complain("That file is not a picture.");
  if (file.size > MAX_BYTES) return complain("The picture is larger than 10 MB.");
  complain("");
  const url = await dataUrlOf(file);
  current = { base64: url.slice(url.indexOf(",") + 1), mime: file.type };
  $("picture-preview").src = url;
  show(file.name);
}

function show(name) {
  $("picture-preview").hidden = !name;
  $("picture-remove").hidden = !name;
  $("drop-text").replaceChildren(...(name ? [name] : ["Drop a picture here, or ", element("u", {}, "choose one")]));
}

// complain(text) tells the visitor what is wrong, or with "" that nothing is.
export function wirePicture(complain) {
  const drop = $("drop");
  $("picture").addEventListener("change", (event) => take(event.target.files[0], complain));
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0], complain);
    });
  }
  document.addEventListener("paste", (event) => take([...event.clipboardData.files][0], complain));
  $("picture-remove").addEventListener("click", () => {
    current = null;
    $("picture").value = "";
    show("");
  });
}
