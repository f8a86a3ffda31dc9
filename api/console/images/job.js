// One job, live: how far it is, what each endpoint does, and the rounds that are finished.

import { count } from "../page.js";
import { element, warningNote } from "../report.js";
import { ENDED, showPicture } from "./contract.js";
import { inShort, seconds } from "./words.js";

const STATES = { pending: "waits", generating: "draws", done: "done", error: "failed" };
const SAID = { complete: "The job is done.", error: "The job failed.", cancelled: "The job was cancelled." };

export class JobView {
  #id = null;
  #shown = 0; // rounds
  #items = [];

  // nodes: {title, facts, writing, notes, rounds, empty, cancel}; progress: a Progress; api() gives the contract.
  constructor(nodes, progress, { api, lightbox }) {
    Object.assign(this, { nodes, progress, api, lightbox });
    this.live = element("div", { class: "round live", hidden: "" });
  }

  // Another job is shown from now on.
  begin(id) {
    if (id === this.#id) return;
    [this.#id, this.#shown, this.#items] = [id, 0, []];
    this.nodes.rounds.replaceChildren(this.live);
    this.live.hidden = this.nodes.empty.hidden = true;
    this.nodes.notes.replaceChildren();
    this.nodes.title.textContent = "The pictures";
    this.nodes.facts.textContent = this.nodes.writing.textContent = "";
    this.nodes.cancel.hidden = true;
    this.isFollowed = false;
  }

  show(job) {
    this.nodes.title.textContent = inShort(job.prompt) || "Whatever a language model thinks of";
    this.nodes.facts.textContent = facts(job);
    this.nodes.cancel.hidden = job.status !== "queued";
    this.#showRounds(job);
    this.#showLive(job);
    this.nodes.notes.replaceChildren(...notes(job));
    this.#showProgress(job);
  }

  // What cannot be followed any more.
  end(said = "") {
    this.progress.end(said);
    this.live.hidden = true;
    this.isFollowed = false;
  }

  #showProgress(job) {
    if (ENDED.includes(job.status)) return this.end(this.isFollowed ? SAID[job.status] : "");
    if (!this.isFollowed) this.progress.begin([], Math.min(Date.now(), Date.parse(job.started_at ?? job.created_at)));
    this.isFollowed = true;
    const line = job.status === "queued" ? "Waiting for its turn" : `Round ${Math.max(1, job.current_run)} of ${job.count}`;
    this.progress.show({ progress: share(job), name: line });
    this.nodes.writing.textContent = writing(job);
  }

  // A finished round stays as it is, so each is put up once; the newest is on top.
  #showRounds(job) {
    for (const round of job.results.slice(this.#shown)) {
      this.#shown += 1;
      this.live.after(this.#round(round, this.#shown, job));
      if (this.isFollowed) this.progress.say(`Round ${this.#shown} of ${job.count} is there.`);
    }
  }

  #round(round, number, job) {
    const items = round.images.map((image) => itemOf(image, round, number));
    const figures = round.images.map((image, index) => (image.success ? this.#picture(items[index]) : failed(image)));
    this.#items = [...items.filter(({ filename }) => filename), ...this.#items];
    const heading = element("h3", {}, job.count > 1 ? `Round ${number}` : "The round");
    const more = [round.guidance_scale !== null && `guidance ${round.guidance_scale}`, `${round.steps} steps`].filter(Boolean).join(" · ");
    const words = [...new Set(Object.values(round.endpoint_prompts ?? {}))];
    const isOwn = words.length > 1 || job.random || words[0] !== job.prompt;
    const prompts = isOwn ? words.map((text) => element("p", { class: "words short", title: text }, inShort(text))) : [];
    return element("div", { class: "round" }, element("div", { class: "heading" }, heading, element("p", {}, more)), ...prompts, element("div", { class: "shots" }, ...figures));
  }

  #picture(item) {
    const image = element("img", { alt: item.alt });
    showPicture(image, this.api().pictureUrl(item.filename, "thumbnail"), this.api());
    const button = element("button", { type: "button", class: "shot", "aria-label": `Enlarge: ${item.alt}` }, image);
    button.addEventListener("click", () => this.lightbox.open(this.#items, this.#items.indexOf(item)));
    item.opener = button;
    return element("figure", {}, button, element("figcaption", {}, element("span", {}, item.endpoint), element("span", {}, item.time)));
  }

  // The round under way: a place for each picture.
  #showLive(job) {
    const isUnder = job.status === "running" && job.results.length < job.count;
    this.live.hidden = !isUnder;
    if (!isUnder) return;
    const tiles = Object.entries(job.endpoint_status).map(([name, { state, start_time: start, elapsed }]) => {
      const spent = elapsed ?? (state === "generating" && start ? Math.max(0, Date.now() / 1000 - start) : null);
      const word = [STATES[state] ?? state, seconds(spent)].filter(Boolean).join(" · ");
      return element("div", { class: "tile", "data-state": state }, element("span", { class: "dot" }), element("strong", {}, name), element("small", {}, word));
    });
    const prompt = job.current_prompt && job.random ? [element("p", { class: "words short" }, inShort(job.current_prompt))] : [];
    const heading = element("div", { class: "heading" }, element("h3", {}, `Round ${Math.max(1, job.current_run)}, under way`));
    this.live.replaceChildren(heading, ...prompt, element("div", { class: "shots" }, ...tiles));
  }
}

function facts(job) {
  const made = job.results.flatMap(({ images }) => images);
  const good = made.filter(({ success }) => success).length;
  const pictures = made.length ? (good === made.length ? count(good, "picture") : `${good} of ${count(made.length, "picture")}`) : "";
  const parts = [count(job.count, "round"), job.has_image && "from a picture", pictures, job.total_elapsed && seconds(job.total_elapsed)];
  return parts.filter(Boolean).join(" · ");
}

// Percent: of the round under way, by its endpoints that are through.
function share({ results, count: rounds, endpoint_status: endpoints, status }) {
  const states = Object.values(endpoints);
  const through = states.filter(({ state }) => state === "done" || state === "error").length;
  const part = status === "running" && results.length < rounds && states.length ? through / states.length : 0;
  return (100 * (results.length + Math.min(part, 0.95))) / rounds;
}

function writing({ random, llm_status: llm }) {
  if (!random || !llm) return "";
  const who = llm.model ?? "A language model";
  if (llm.state === "generating") return `${who} writes the prompt${llm.mode === "vision" ? ", looking at the picture" : ""} …`;
  if (llm.state === "fallback") return "The built-in writer stepped in.";
  return llm.state === "done" ? `Prompt by ${llm.source === "offline" ? "the built-in writer" : who}` : "";
}

function notes(job) {
  const llm = job.llm_status ?? {};
  const stepped = job.random && llm.state === "fallback" ? [`The language model gave no prompt${llm.error ? ` (${llm.error})` : ""}, so the built-in writer did.`] : [];
  return [
    ...(job.error ? warningNote([job.error], "It failed") : []),
    ...(job.status === "cancelled" ? warningNote(["Nothing more is made."], "Cancelled") : []),
    ...warningNote([...stepped, ...(job.warnings ?? [])]),
  ];
}

function failed({ endpoint, error }) {
  const name = endpoint?.name ?? "An endpoint";
  return element("figure", { class: "failed" }, element("p", {}, error || "It made no picture."), element("figcaption", {}, element("span", {}, name), element("span", {}, "failed")));
}

// As the lightbox takes it.
function itemOf({ success, local_path: path = "", endpoint, stats = {}, duration, prompt_used: prompt }, round, number) {
  const name = endpoint?.name ?? "";
  return {
    filename: success ? path.split("/").pop() : "",
    alt: `${name}: ${inShort(prompt || round.prompt)}`,
    endpoint: name,
    time: seconds(duration),
    prompt,
    seed: stats.seed,
    facts: [
      ["Endpoint", name], ["Seed", stats.seed?.toString()], ["Made in", seconds(duration)], ["Size", stats.width && `${stats.width} × ${stats.height} px`],
      ["Engine", stats.engine], ["Words it read", stats.read?.join(", ")], ["Nothing made of", stats.unread?.join(", ")], ["Guidance", round.guidance_scale?.toString()], ["Steps", round.steps?.toString()], ["Round", `${number}`], ["File", path.split("/").pop()],
    ],
  };
}
