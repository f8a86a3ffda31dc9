// The photo: chosen, dropped, pasted or taken with a camera; looked at before anything is sent.

import { Problem } from "./client.js";

const MAX_MB = 20;
const MAX_PIXELS = 64e6;
const MIN_SIDE_PX = 64;
const TYPES = { "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/gif": "GIF" };
const SHOWN_PX = 1600; // the longer side of what the page keeps decoded

// Returns {blob, name, width, height, bitmap}, upright; throws a Problem that says what is wrong with the file.
export async function openPhoto(blob, name, maxMb = MAX_MB) {
  if (!TYPES[blob.type]) throw new Problem(`${name} is not a picture that can be used: take a JPEG, PNG, WebP or GIF.`);
  if (!blob.size) throw new Problem(`${name} is empty.`);
  if (blob.size > maxMb * 1024 * 1024) throw new Problem(`${name} has ${(Math.ceil(blob.size / 1024 / 102.4) / 10).toFixed(1)} MB; a photo may have ${maxMb} MB at most.`);
  const bitmap = await decoded(blob, name);
  const { width, height } = bitmap;
  if (width * height > MAX_PIXELS) throw new Problem(`${name} has ${Math.round(width * height / 1e6)} megapixels; a photo may have ${MAX_PIXELS / 1e6} at most.`);
  if (Math.min(width, height) < MIN_SIDE_PX) throw new Problem(`${name} is ${width} × ${height} pixels; a photo needs at least ${MIN_SIDE_PX} a side.`);
  return { blob, name, width, height, bitmap: await shrunk(bitmap) };
}

async function decoded(blob, name) {
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    throw new Problem(`${name} cannot be read as a picture; it may be damaged.`);
  }
}

async function shrunk(bitmap) {
  const scale = SHOWN_PX / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return bitmap;
  const size = { resizeWidth: Math.max(1, Math.round(scale * bitmap.width)), resizeHeight: Math.max(1, Math.round(scale * bitmap.height)) };
  const smaller = await createImageBitmap(bitmap, { ...size, resizeQuality: "high" });
  bitmap.close();
  return smaller;
}

// take(file) is called with every file that the visitor gives, however that is done.
export function wireFiles({ inputs, drop, take }) {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      if (input.files[0]) take(input.files[0]);
      input.value = ""; // the same file may be chosen again
    });
  }
  // A file that misses the target must not replace the page.
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  }
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) take(file);
  });
}

export function dataUrlOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export async function base64Of(blob) {
  const url = await dataUrlOf(blob);
  return url.slice(url.indexOf(",") + 1);
}
