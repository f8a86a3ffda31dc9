// The millimetre grid under the model and the lines that measure it, as paths on the screen. Pure.

const STEPS_MM = [1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 50000, 100000];
const MOST_LINES = 48; // across; more are grey mush
const NEAR = 0.02; // lines end where the ground comes this close to the eye, as a share of the distance of the plate

// Returns {step, half}: the size of the squares, and from the middle to the edge of a plate that has room for a base of
// that width and depth, in millimetres.
export function plate(width, depth) {
  const longest = Math.max(width, depth, 1e-3);
  const fine = longest < 8 ? longest / 8 : 0;
  const step = fine ? 10 ** Math.ceil(Math.log10(fine)) : STEPS_MM.find((each) => (1.5 * longest) / each <= MOST_LINES) ?? STEPS_MM.at(-1);
  return { step, half: step * Math.max(2, Math.ceil((0.7 * longest) / step)) };
}

// Returns how to map a place on the unit square to the screen, from where its corners (0,0), (1,0), (1,1), (0,1) are
// there: (u, v) => [x, y, depth], the depth 1 in the middle and below 0 behind the eye. After Heckbert,
// "Fundamentals of Texture Mapping and Image Warping", 1989, §2.2.3.
export function perspective([a, b, c, d]) {
  const [dx1, dx2, dx3] = [b.x - c.x, d.x - c.x, a.x - b.x + c.x - d.x];
  const [dy1, dy2, dy3] = [b.y - c.y, d.y - c.y, a.y - b.y + c.y - d.y];
  const all = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / all;
  const h = (dx1 * dy3 - dx3 * dy1) / all;
  const across = [b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x];
  const down = [b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y];
  const middle = g / 2 + h / 2 + 1;
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return [(across[0] * u + across[1] * v + across[2]) / depth, (down[0] * u + down[1] * v + down[2]) / depth, depth / middle];
  };
}

// Returns the grid as {fine, bold, edge}, paths for SVG. corners: of the plate on the screen; a bold line every tenth.
export function gridPaths(corners, { step, half }) {
  const place = perspective(corners);
  const count = Math.round(half / step);
  const paths = { fine: "", bold: "", edge: "" };
  for (let index = -count; index <= count; index++) {
    const at = (index + count) / (2 * count);
    const kind = Math.abs(index) === count ? "edge" : index % 10 === 0 ? "bold" : "fine";
    paths[kind] += line(place, [at, 0], [at, 1]) + line(place, [0, at], [1, at]);
  }
  return paths;
}

// What lies behind the eye is cut off; a ground seen edge-on has no lines.
function line(place, from, to) {
  const [start, end] = [place(...from)[2], place(...to)[2]];
  if (!Number.isFinite(start + end) || (start < NEAR && end < NEAR)) return "";
  const cut = (one, other, near, far) => (near >= NEAR ? one : one.map((value, index) => value + ((other[index] - value) * (NEAR - near)) / (far - near)));
  const ends = [cut(from, to, start, end), cut(to, from, end, start)].map((at) => place(...at));
  return `M${ends.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
}

// Returns the lines that measure the box of a model: {x, y, z} each {from, to, label}, on the screen, or null where the
// eye is inside. corners: by "---" … "+++", the signs of glTF's x, y, z. Width and depth lie at the foot, on the sides
// nearest to the eye; the height stands at the outermost edge.
export function measures(corners, nearest) {
  const all = Object.values(corners);
  if (all.some(({ z }) => z > 1)) return null;
  const { x: sx, z: sz } = nearest;
  const middle = { x: mean(all.map(({ x }) => x)), y: mean(all.map(({ y }) => y)) };
  const edges = ["--", "-+", "+-", "++"].filter((at) => at !== flip(sx) + flip(sz)).map(([x, z]) => [corners[`${x}-${z}`], corners[`${x}+${z}`]]);
  const outermost = edges.reduce((best, edge) => (Math.abs(edge[0].x - middle.x) > Math.abs(best[0].x - middle.x) ? edge : best));
  return {
    x: measure(corners[`--${sz}`], corners[`+-${sz}`], middle),
    y: measure(corners[`${sx}--`], corners[`${sx}-+`], middle),
    z: measure(...outermost, middle),
  };
}

const flip = (sign) => (sign === "+" ? "-" : "+");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const BESIDE_PX = 10; // from the model to its line
const LABEL_PX = { least: 14, across: 30 }; // from a line to the middle of its label: more where that lies beside it

function measure(from, to, middle) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const centre = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  let [nx, ny] = [-dy / length, dx / length];
  if (nx * (centre.x - middle.x) + ny * (centre.y - middle.y) < 0) [nx, ny] = [-nx, -ny]; // away from the model
  const aside = (point, by) => ({ x: point.x + nx * by, y: point.y + ny * by });
  const room = LABEL_PX.least + LABEL_PX.across * Math.abs(nx);
  return { from: aside(from, BESIDE_PX), to: aside(to, BESIDE_PX), label: aside(centre, BESIDE_PX + room), length };
}
