// Dresses a GLB for the browser: stones like small mirrors, since a rasteriser shows no refraction, and metal where
// a script set no material at all. Only the JSON chunk is rewritten; the geometry stays as it is.

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const REFRACTION = ["KHR_materials_transmission", "KHR_materials_volume", "KHR_materials_ior", "KHR_materials_dispersion"];
const GEM = /diamond|sapphire|ruby|emerald|topaz|amethyst|aquamarine|morganite|garnet|opal|moissanite|tourmaline|citrine|peridot|spinel|onyx|pearl|turquoise|tanzanite|zirconi?a|crystal|gem|stone/i;
const METAL = /gold|platinum|palladium|silver|titanium|steel|metal/i;
const BARE_METAL = { name: "bare metal", pbrMetallicRoughness: { baseColorFactor: [0.93, 0.72, 0.36, 1], metallicFactor: 1, roughnessFactor: 0.16 } };
const BARE_STONE = { name: "bare diamond", pbrMetallicRoughness: { baseColorFactor: [0.96, 0.97, 1, 1] } };

// parts: the proof's [{name, role, material}], which tells stones from metal; without it names must do.
export function dress(buffer, parts = []) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 20 || view.getUint32(0, true) !== MAGIC || view.getUint32(16, true) !== JSON_CHUNK) return buffer;
  const length = view.getUint32(12, true);
  const gltf = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 20, length)));
  clotheBareMeshes(gltf, parts);
  polishStones(gltf, parts);
  return assembled(gltf, new Uint8Array(buffer, 20 + length));
}

function clotheBareMeshes(gltf, parts) {
  const stones = new Set(parts.filter((part) => part.role === "stone").map((part) => part.name));
  gltf.materials ??= [];
  const indices = {};
  const material = (bare) => (indices[bare.name] ??= gltf.materials.push(structuredClone(bare)) - 1);
  for (const node of gltf.nodes ?? []) {
    const mesh = gltf.meshes?.[node.mesh];
    const isStone = stones.size ? stones.has(node.name) : GEM.test(node.name ?? "");
    for (const primitive of mesh?.primitives ?? []) primitive.material ??= material(isStone ? BARE_STONE : BARE_METAL);
  }
}

function polishStones(gltf, parts) {
  const named = new Set(parts.filter((part) => part.role === "stone").map((part) => part.material));
  for (const material of gltf.materials) {
    const name = material.name ?? "";
    const isStone = named.has(name) || (!METAL.test(name) && (GEM.test(name) || "KHR_materials_transmission" in (material.extensions ?? {})));
    if (isStone) mirror(material);
  }
}

function mirror(material) {
  for (const extension of REFRACTION) delete material.extensions?.[extension];
  const [red, green, blue] = material.pbrMetallicRoughness?.baseColorFactor ?? [1, 1, 1];
  material.pbrMetallicRoughness = { baseColorFactor: [red, green, blue, 1], metallicFactor: 1, roughnessFactor: 0.03 };
  material.alphaMode = "OPAQUE";
}

function assembled(gltf, rest) {
  const json = new TextEncoder().encode(JSON.stringify(gltf));
  const padded = json.length + ((4 - (json.length % 4)) % 4);
  const out = new Uint8Array(20 + padded + rest.length).fill(0x20, 20, 20 + padded);
  const header = new DataView(out.buffer);
  [MAGIC, 2, out.length, padded, JSON_CHUNK].forEach((word, index) => header.setUint32(4 * index, word, true));
  out.set(json, 20);
  out.set(rest, 20 + padded);
  return out.buffer;
}
