// Reads JSON and tells where each value is, so that a problem can be shown in its line; and what is wrong with a text that
// is none, which browsers word differently and often without the place.

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const WORD = /(?:true|false|null)(?!\w)/y;

export class Unreadable extends Error {
  constructor(message, offset) {
    super(message);
    this.offset = offset;
  }
}

export const lineOf = (text, offset) => text.slice(0, offset).split("\n").length;

// Returns {value, offsets: {place as placeOf writes it: offset of the value, or of its name}}; throws Unreadable.
export function read(text, placeOf) {
  const offsets = new Map();
  let at = 0;

  function match(pattern) {
    pattern.lastIndex = at;
    const [matched] = pattern.exec(text) ?? [];
    at += matched?.length ?? 0;
    return matched;
  }

  function expect(characters, message) {
    match(SPACE);
    const found = text[at] ?? "";
    if (!found || !characters.includes(found)) throw new Unreadable(message, at);
    at += 1;
    return found;
  }

  function value(path) {
    match(SPACE);
    if (!offsets.has(placeOf(path))) offsets.set(placeOf(path), at);
    if (text[at] === "{") return members(path);
    if (text[at] === "[") return entries(path);
    const start = at;
    const plain = match(STRING) ?? match(NUMBER) ?? match(WORD);
    if (plain !== undefined) return JSON.parse(plain);
    throw new Unreadable(text[at] === '"' ? "a text does not end in its line, or has a \\ that means nothing" : "a value is expected here", start);
  }

  function members(path) {
    const found = {};
    at += 1;
    match(SPACE);
    if (text[at] === "}") return ((at += 1), found);
    do {
      match(SPACE);
      const start = at;
      const name = match(STRING);
      if (name === undefined) throw new Unreadable("a name in quotes is expected here", start);
      const inner = [...path, JSON.parse(name)];
      offsets.set(placeOf(inner), start);
      expect(":", `a colon is expected after ${name}`);
      Object.defineProperty(found, inner.at(-1), { value: value(inner), enumerable: true, writable: true, configurable: true });
    } while (expect(",}", "a comma or } is expected here") === ",");
    return found;
  }

  function entries(path) {
    const found = [];
    at += 1;
    match(SPACE);
    if (text[at] === "]") return ((at += 1), found);
    do found.push(value([...path, found.length]));
    while (expect(",]", "a comma or ] is expected here") === ",");
    return found;
  }

  const whole = value([]);
  match(SPACE);
  if (at < text.length) throw new Unreadable("nothing more is expected here", at);
  return { value: whole, offsets };
}
