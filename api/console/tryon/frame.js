// Where a photo lies on the canvas that the service pads it to. Pure: fractions in, fractions out.

// The contract's canvas. A brush size is a radius in pixels of a canvas so wide, however wide the real one is.
export const CANVAS = { width: 2000, height: 2667 };

// Returns the frame of a photo that is scaled to fit the contract's canvas and centred: what the service will do.
export function fitted({ width, height }, canvas = CANVAS) {
  const scale = Math.min(canvas.width / width, canvas.height / height);
  return centred((scale * width) / canvas.width, (scale * height) / canvas.height);
}

function centred(width, height) {
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

// Returns the frame that a service reports: padding in pixels of a resized picture of that size.
export function reported({ top = 0, bottom = 0, left = 0, right = 0 }, { width, height }) {
  return { left: left / width, top: top / height, width: (width - left - right) / width, height: (height - top - bottom) / height };
}

// From fractions of the photo to fractions of the canvas.
export function toCanvas({ x, y }, frame) {
  return { x: unit(frame.left + x * frame.width), y: unit(frame.top + y * frame.height) };
}

// Returns a brush's radius as a fraction of the photo's width.
export function radius(size, frame) {
  return size / CANVAS.width / frame.width;
}

// Six digits: a hundredth of a pixel of the canvas.
export function unit(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 1e6) / 1e6;
}
