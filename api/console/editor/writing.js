// Lets a language model write a scene from words. What it answers is taken as text: the sheet says what is wrong with it.

import { Problem } from "../client.js";

const SYSTEM = `You describe pictures as a photographer would. You are given an idea, and perhaps a scene to change.
Answer with one JSON object and nothing else: no remarks, no code fence. It must fit this JSON Schema; leave "analysis" out.
Colours are plain names, or a name and a hex value. Be concrete about light, materials and composition.`;

export async function sceneFrom(words, { api, schema, config, scene }) {
  const known = scene ? `\n\nThe scene to change, where the idea asks for it:\n${JSON.stringify(scene)}` : "";
  const { choices } = await api.chat({
    model: config.lmModel,
    messages: [{ role: "system", content: `${SYSTEM}\n\n${JSON.stringify(schema)}` }, { role: "user", content: `${words}${known}` }],
    temperature: 0.7,
    ...(config.numCtx ? { options: { num_ctx: config.numCtx } } : {}),
  });
  const { content, reasoning_content: thought } = choices?.[0]?.message ?? {};
  const found = jsonIn(content || thought || "");
  if (!found) throw new Problem("The language model answered without a scene.");
  return found;
}

// Returns the outermost braces of an answer, formatted if they are JSON; thoughts before it are left out.
function jsonIn(answer) {
  const said = answer.replace(/<(think|thinking|reasoning)>[\s\S]*?<\/\1>/g, "");
  const text = said.slice(said.indexOf("{"), said.lastIndexOf("}") + 1);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
