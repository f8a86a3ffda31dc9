// Who makes the pictures and who writes the prompts, and whether they can be reached.

import { element } from "../report.js";

const WORDS = { timeout: "slow to answer", error: "answers with an error", unknown: "" };

// answer: {endpoints: [{name, status}], llm: {model, status, source} or null}. The built-in writer is always there.
export function showServices(list, { endpoints, llm }) {
  const line = (name, status, what) =>
    element("li", status === "unknown" ? {} : { "data-well": status === "online" }, element("span", { class: "dot" }), element("strong", {}, name), element("small", {}, [what, WORDS[status] ?? status].filter(Boolean).join(" · ")));
  const writer = !llm ? [] : llm.source === "offline" ? [line("Built-in writer", "online", "writes prompts")] : [line(llm.model || "Language model", llm.status, "writes prompts")];
  list.replaceChildren(...endpoints.map(({ name, status }) => line(name, status)), ...writer);
}

export function reachable({ endpoints }) {
  const online = endpoints.filter(({ status }) => status === "online").length;
  if (!endpoints.length) return { isWell: false, text: "no endpoint is configured" };
  return { isWell: online === endpoints.length, text: online === endpoints.length ? "ready" : `${online} of ${endpoints.length} endpoints online` };
}

// Names the models beside a field in which one can be typed. answer: as the contract lists models, {} where it cannot.
export function nameModels(field, { data = [], default_model: usual }) {
  const names = [...new Set([...data.map(({ id }) => id), "offline"])];
  field.list.replaceChildren(...names.map((name) => element("option", { value: name })));
  if (usual) field.placeholder = `as configured: ${usual}`;
}
