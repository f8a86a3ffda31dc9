// Checks a value against a JSON Schema of the kind that pydantic writes, and names the place of whatever is wrong.

const KINDS = { string: "text", array: "a list", object: "an object", integer: "a whole number", number: "a number", boolean: "true or false" };
const IS = {
  string: (value) => typeof value === "string",
  array: Array.isArray,
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === "boolean",
};

// Returns a place as it is written: subjects[1].color_palette.
export const placeOf = (path) => path.reduce((text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${step}` : step), "");

export class Schema {
  constructor(root) {
    this.root = root;
  }

  // Returns {node, isNullable}: a node without its references and without its null.
  resolve(node) {
    if (node.$ref) return this.resolve({ ...this.root.$defs[node.$ref.split("/").pop()], ...(node.description ? { description: node.description } : {}) });
    const some = node.anyOf?.filter(({ type }) => type !== "null");
    if (some?.length !== 1) return { node, isNullable: false };
    const { node: inner } = this.resolve(some[0]);
    return { node: { ...inner, title: node.title ?? inner.title, description: node.description ?? inner.description }, isNullable: some.length < node.anyOf.length };
  }

  // Returns [{path, message}], in the order of the schema. Names that the schema does not have are left to whoever wrote them.
  check(value, start = this.root, path = []) {
    const { node, isNullable } = this.resolve(start);
    if (value === null && isNullable) return [];
    const wrong = (message) => [{ path, message }];
    if (node.enum && !node.enum.includes(value)) return wrong(`must be one of ${node.enum.join(", ")}`);
    if (node.type && !IS[node.type](value)) return wrong(`must be ${KINDS[node.type]}${isNullable ? " or null" : ""}`);
    if (node.type === "string") return lengths(value.length, node.minLength, node.maxLength, "character").flatMap(wrong);
    if (node.type === "array") return [...lengths(value.length, node.minItems, node.maxItems, "entry").flatMap(wrong), ...this.#items(node, value, path)];
    if (node.type === "object") return this.#properties(node, value, path);
    return range(value, node).flatMap(wrong);
  }

  // Returns what a value of this kind begins as.
  blank(start) {
    const { node, isNullable } = this.resolve(start);
    if ("default" in start) return structuredClone(start.default);
    if (isNullable) return null;
    if (node.type === "object") return Object.fromEntries(Object.entries(node.properties ?? {}).filter(([name]) => node.required?.includes(name)).map(([name, inner]) => [name, this.blank(inner)]));
    if (node.type === "array") return Array.from({ length: node.minItems ?? 0 }, () => this.blank(node.items));
    return node.type === "string" ? "" : null;
  }

  #items(node, value, path) {
    return value.flatMap((item, index) => this.check(item, node.items ?? {}, [...path, index]));
  }

  #properties(node, value, path) {
    return Object.entries(node.properties ?? {}).flatMap(([name, inner]) => {
      if (name in value) return this.check(value[name], inner, [...path, name]);
      return node.required?.includes(name) ? [{ path: [...path, name], message: "is missing" }] : [];
    });
  }
}

function lengths(length, least = 0, most = Infinity, unit) {
  const many = (number) => `${number} ${number === 1 ? unit : unit === "entry" ? "entries" : `${unit}s`}`;
  if (length === 0 && least > 0 && unit === "character") return ["must not be empty"];
  if (length < least) return [`has ${many(length)}; at least ${least} are needed`];
  return length > most ? [`has ${many(length)}; at most ${most} are allowed`] : [];
}

function range(value, { minimum = -Infinity, maximum = Infinity }) {
  if (value < minimum) return [`must be at least ${minimum}`];
  return value > maximum ? [`must be at most ${maximum}`] : [];
}
