// Shows what a result says: figures, notes, stones, rounds and costs. Builds nodes, never HTML from text.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const fixed = (value, digits) => Number(value ?? 0).toFixed(digits);
const bytes = (value) => (value > 1e6 ? `${fixed(value / 1e6, 1)} MB` : `${fixed(value / 1e3, 0)} kB`);

export function showReport(result) {
  fill("figures", figures(result));
  fill("notes", notes(result));
  fill("stones", table("Stones", ["Stone, mm", "Length", "Width", "Depth", "Carats"], stones(result)));
  fill("rounds", table("Builds", ["#", "Outcome", "Characters", "USD"], rounds(result)));
  fill("costs", table("Calls", ["Model", "For", "In", "Out", "USD"], calls(result)));
}

function fill(id, content) {
  document.getElementById(id).replaceChildren(...[content].flat().filter(Boolean));
}

function figures({ proof, cost_summary: cost, llm_used: llm, blender_elapsed: built, glb_size: size, timings_s: timings }) {
  const shown = [];
  const add = (label, value, more = "") =>
    shown.push(element("div", { class: "figure" }, element("span", {}, label), element("strong", {}, value), element("small", {}, more)));
  if (proof?.finger) {
    const { us, uk, iso, jp, inner_diameter_mm: inner } = proof.finger;
    add("Ring size", `US ${us}`, `UK ${uk} · EU ${iso} · JP ${jp} · ⌀ ${fixed(inner, 2)} mm`);
  }
  if (proof) {
    const [alloy, weight] = mainWeight(proof);
    if (alloy) add("Metal", `${fixed(weight, 2)} g`, alloy);
    add("Stones", String(proof.stones.length), proof.stones.length ? `${fixed(proof.total_carats, 2)} ct in all` : "plain metal");
    add("Model", `${proof.triangles.toLocaleString("en")} triangles`, `${proof.metal_bodies === 1 ? "one metal body" : `${proof.metal_bodies} metal bodies`} · ${bytes(size)}`);
  }
  add("Cost", `$${fixed(cost.total_usd, 4)}`, `${cost.calls} call${cost.calls === 1 ? "" : "s"} · ${llm}`);
  const total = timings?.total ?? Object.values(timings ?? {}).reduce((sum, seconds) => sum + seconds, 0);
  add("Time", `${fixed(total || built, 1)} s`, `Blender ${fixed(built, 1)} s`);
  return shown;
}

function mainWeight({ alloy, weights_g: weights }) {
  if (alloy && weights[alloy] !== undefined) return [alloy, weights[alloy]];
  return Object.entries(weights)[0] ?? [null, 0];
}

function notes(result) {
  return [
    ["Could not be honoured", result.not_honoured, "warn"],
    ["Warnings", [...new Set([...(result.warnings ?? []), ...(result.proof?.warnings ?? [])])], "warn"],
    ["Assumed", result.assumptions, ""],
  ]
    .filter(([, lines]) => lines?.length)
    .map(([title, lines, kind]) =>
      element("div", { class: `note ${kind}` }, element("h3", {}, title), element("ul", {}, ...lines.map((line) => element("li", {}, line)))),
    );
}

function stones({ proof }) {
  const groups = new Map();
  for (const stone of proof?.stones ?? []) {
    const row = [stone.stone || "stone", fixed(stone.length_mm, 2), fixed(stone.width_mm, 2), fixed(stone.depth_mm, 2), fixed(stone.carats, 3)];
    const key = row.join("|");
    groups.set(key, { row, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()].map(({ row: [name, ...rest], count }) => [count > 1 ? `${count} × ${name}` : name, ...rest]);
}

const rounds = ({ retry_log: log }) =>
  log.map((round) => [String(round.attempt), outcome(round), round.code_length.toLocaleString("en"), fixed(round.cost_usd, 4)]);

function outcome({ success, verdict, error_text: error }) {
  return success ? verdict || "built" : error.trim().split("\n").pop() || verdict || "failed";
}

const calls = ({ cost_summary: cost }) =>
  cost.details.map((call) => [call.model, call.purpose || "—", call.input_tokens.toLocaleString("en"), call.output_tokens.toLocaleString("en"), fixed(call.cost_usd, 4)]);

function table(title, heads, rows) {
  if (!rows.length) return null;
  const cells = (tag, values) => element("tr", {}, ...values.map((value) => element(tag, tag === "th" ? { scope: "col" } : {}, value)));
  return [
    element("h2", {}, title),
    element("div", { class: "scroll" }, element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, ...rows.map((row) => cells("td", row))))),
  ];
}

export function warningNote(lines, title = "Worth knowing") {
  if (!lines?.length) return [];
  return [element("div", { class: "note warn" }, element("h3", {}, title), element("ul", {}, ...lines.map((line) => element("li", {}, line))))];
}
