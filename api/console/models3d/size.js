// Print sizes: what a model measures, how thick its walls are and what is to be known, at a size that is only wanted
// yet. Pure. Axes are those of the print: x width, y depth, z height; everything inside is in millimetres.

export const AXES = ["x", "y", "z"];
export const NAMES = { x: "width", y: "depth", z: "height" };
export const UNITS = { mm: 1, cm: 10, in: 25.4 };
export const MIN_WALL_MM = 0.8; // as the service's proof demands
const LONGEST_MM = 1e6; // what the service takes, as a number in any unit
const ROOM_MM = [220, 220, 250]; // what common printers take, shortest first
const TOLERATED = 0.01; // as the service warns of changed proportions
const DIGITS = { mm: 2, cm: 3, in: 3 };

// Returns a length as a person types it: without trailing zeros.
export function inUnit(mm, unit) {
  const value = mm / UNITS[unit];
  return String(Number(value < 0.01 ? value.toPrecision(2) : value.toFixed(DIGITS[unit])));
}

export const spoken = (dimensions, unit) => `${AXES.map((axis) => inUnit(dimensions[axis], unit)).join(" × ")} ${unit}`;

export const byAxis = (list) => Object.fromEntries(AXES.map((axis, index) => [axis, list[index]]));

export class PrintSize {
  // extents: of the model as it is, {x, y, z}; an axis of 0 is flat and stays so.
  constructor(extents, longest = 40) {
    this.extents = extents;
    this.keep = true;
    this.axis = AXES.reduce((best, axis) => (extents[axis] > extents[best] ? axis : best), "x");
    this.mm = { ...extents };
    this.set(this.axis, longest);
  }

  isFlat(axis) {
    return !(this.extents[axis] > 0);
  }

  set(axis, mm) {
    this.axis = axis;
    this.mm = this.keep ? this.#alike(mm / this.extents[axis]) : { ...this.mm, [axis]: mm };
  }

  // With proportions kept, the axis that was set last decides.
  setKeep(keep) {
    this.keep = keep;
    if (keep) this.set(this.axis, this.mm[this.axis]);
  }

  get factors() {
    const growth = AXES.map((axis) => (this.isFlat(axis) ? null : this.mm[axis] / this.extents[axis]));
    const middle = growth.find((factor) => factor !== null) ?? 1;
    return byAxis(growth.map((factor) => factor ?? middle));
  }

  // How much more one axis grows than another: 0 when the proportions are kept.
  get stretch() {
    const growth = Object.values(this.factors);
    return Math.max(...growth) / Math.min(...growth) - 1;
  }

  get isUniform() {
    return this.stretch < 1e-9;
  }

  isLength(axis) {
    return this.isFlat(axis) || (this.mm[axis] > 0 && this.mm[axis] <= LONGEST_MM);
  }

  get isPossible() {
    return AXES.every((axis) => this.isLength(axis));
  }

  // As RescaleRequest takes it.
  asked(unit) {
    const named = this.keep ? [this.axis] : AXES.filter((axis) => !this.isFlat(axis));
    const wanted = Object.fromEntries(named.map((axis) => [axis, Number((this.mm[axis] / UNITS[unit]).toPrecision(9))]));
    return { target_dimensions: { ...wanted, unit }, keep_aspect: this.keep };
  }

  #alike(factor) {
    return byAxis(AXES.map((axis) => this.extents[axis] * factor));
  }
}

// Returns what the proof of a model says of it at another size: {mm, wall, volume, reasons, remarks, isMeasured: false}.
// The wall is {thinnest, error, isLeast}; stretched unevenly it is known only to be at least so thick. Reasons hold at any
// size, since a proof of the normalised model is one of a metre; remarks name lengths of that metre, so they are left out.
export function foretold(proof, size) {
  const { x, y, z } = size.factors;
  const least = Math.min(x, y, z);
  const wall = proof.wall && { thinnest: proof.wall.thinnest_mm * least, error: proof.wall.error_mm * least, isLeast: !size.isUniform };
  return { mm: size.mm, wall, volume: proof.volume_mm3 * x * y * z, reasons: proof.reasons ?? [], remarks: warnings(size, wall), isMeasured: false };
}

// Returns the same of the finished file, as its own proof says.
export function measured(proof) {
  const wall = proof.wall && { thinnest: proof.wall.thinnest_mm, error: proof.wall.error_mm, isLeast: false };
  return { mm: byAxis(proof.extents_mm), wall, volume: proof.volume_mm3, reasons: proof.reasons ?? [], remarks: proof.remarks ?? [], isMeasured: true };
}

// A spot below the limit may be a sharp edge that harms nobody: only the proof of the finished file can tell.
export const isDoubtful = ({ wall, isMeasured }) => !isMeasured && wall !== null && wall.thinnest < MIN_WALL_MM;

function warnings(size, wall) {
  const said = [];
  if (size.stretch > TOLERATED) said.push(`Proportions change: ${compared(size.factors)}.`);
  if (wall?.isLeast) said.push("Stretched unevenly, walls cannot be foretold: the check comes with the finished files.");
  else if (wall && wall.thinnest < MIN_WALL_MM) said.push(`The thinnest place has about ${inUnit(wall.thinnest, "mm")} mm, less than the ${MIN_WALL_MM} mm that walls need.`);
  const lengths = Object.values(size.mm).sort((one, other) => one - other);
  if (lengths.some((length, index) => length > ROOM_MM[index])) said.push(`Larger than common printers take (${ROOM_MM.join(" × ")} mm).`);
  return said;
}

function compared(factors) {
  const order = [...AXES].sort((one, other) => factors[other] - factors[one]);
  const [most, least] = [order[0], order.at(-1)];
  return `the ${NAMES[most]} grows ${((factors[most] / factors[least] - 1) * 100).toFixed(0)} % more than the ${NAMES[least]}`;
}
