// A small photographer's studio as an HDR panorama, made on the spot: metal needs something bright to mirror, and
// stones sparkle only when small strong lights stand beside dark cards.

const WIDTH = 512;
const HEIGHT = 256;
const RADIANS = Math.PI / 180;

// Boxes of light in degrees: azimuth and elevation of the centre, half width, half height, radiance, warmth.
const SOFTBOXES = [
  { at: [-65, 35], half: [22, 26], light: 7, warm: 1.03 },
  { at: [70, 30], half: [14, 30], light: 9, warm: 0.98 },
  { at: [180, 40], half: [50, 14], light: 4, warm: 1 },
  { at: [10, 12], half: [10, 16], light: 3, warm: 1.02 },
];
const DARK_CARDS = [[-25, 20, 7], [38, 15, 6], [110, 10, 9], [-120, 10, 9], [-95, 5, 4], [150, 0, 6]];

// Returns a URL that model-viewer takes as its environment image.
export function studioUrl() {
  const header = new TextEncoder().encode(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ${HEIGHT} +X ${WIDTH}\n`);
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  const sparks = sparkles(46);
  for (let row = 0; row < HEIGHT; row++) {
    const elevation = 90 - ((row + 0.5) * 180) / HEIGHT;
    for (let column = 0; column < WIDTH; column++) {
      const azimuth = ((column + 0.5) * 360) / WIDTH - 180;
      pixels.set(rgbe(radiance(azimuth, elevation, sparks)), 4 * (row * WIDTH + column));
    }
  }
  return `${URL.createObjectURL(new Blob([header, pixels]))}#studio.hdr`;
}

// Evenly spread small lights over the upper half, by the golden angle.
function sparkles(count) {
  return Array.from({ length: count }, (_, index) => ({
    azimuth: ((index * 137.508) % 360) - 180,
    elevation: Math.asin(0.05 + (0.93 * (index + 0.5)) / count) / RADIANS,
    light: 26 + 14 * (index % 3),
  }));
}

function radiance(azimuth, elevation, sparks) {
  const sky = elevation > 0 ? 0.5 + 0.8 * Math.sin(elevation * RADIANS) : 0.35 + 0.3 * Math.cos(elevation * RADIANS);
  let light = sky;
  let warm = elevation > 0 ? 1 : 1.05;
  for (const [centre, height, half] of DARK_CARDS) {
    if (turn(azimuth, centre) < half && Math.abs(elevation - height) < 34) light = 0.04;
  }
  for (const box of SOFTBOXES) {
    const edge = Math.max(turn(azimuth, box.at[0]) / box.half[0], Math.abs(elevation - box.at[1]) / box.half[1]);
    if (edge < 1) [light, warm] = [box.light * (1 - 0.35 * edge * edge), box.warm];
  }
  if (elevation > 74) light = 5;
  for (const spark of sparks) {
    const aside = turn(azimuth, spark.azimuth) * Math.cos(elevation * RADIANS);
    if (Math.hypot(aside, elevation - spark.elevation) < 2.1) light = spark.light;
  }
  return [light * warm, light, light / warm];
}

function turn(one, other) {
  const apart = Math.abs(one - other) % 360;
  return apart > 180 ? 360 - apart : apart;
}

// Three radiances as shared-exponent bytes.
function rgbe(colour) {
  const exponent = Math.ceil(Math.log2(Math.max(...colour)));
  const scale = 256 / 2 ** exponent;
  return [...colour.map((value) => Math.min(255, Math.floor(value * scale))), exponent + 128];
}
