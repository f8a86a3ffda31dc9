// Shows how far a run is: its steps as a list, a bar, a line of detail, the seconds, and each new step said once.

import { element } from "../report.js";

// Of each pipeline the steps in the order in which they come; empty where only the bar tells.
export const STEPS = {
  concepts: [],
  model3d: ["fetch", "reconstruct", "clean", "normalise", "prove", "publish"],
  rescale3d: ["fetch", "rescale", "export", "prove", "publish"],
};
const NAMES = {
  take: "Taking it in",
  draw: "Drawing",
  check: "Looking at what was drawn",
  fetch: "Taking it in",
  reconstruct: "Building the shape",
  clean: "Cleaning the mesh",
  normalise: "Centring it",
  prove: "Checking that it prints",
  publish: "Storing it",
  rescale: "Bringing it to its size",
  export: "Writing the files",
};
const TITLES = { concepts: "Drawing concepts", model3d: "Building the model", rescale3d: "Making the files" };

export const stepName = (step) => NAMES[step] ?? step.charAt(0).toUpperCase() + step.slice(1).replaceAll("_", " ");

export class Progress {
  #kind = "concepts";
  #since = 0;
  #timer = null;
  #said = "";

  constructor(nodes) {
    this.nodes = nodes; // {box, title, elapsed, meter, detail, steps, announcement}
  }

  begin(kind, since) {
    [this.#kind, this.#since, this.#said] = [kind, since, ""];
    this.nodes.box.hidden = false;
    this.nodes.meter.value = 0;
    this.nodes.title.textContent = TITLES[kind];
    this.nodes.detail.textContent = "Sending";
    this.#list(-1);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
    this.say(TITLES[kind]);
  }

  show({ state, progress, step, detail, eta_s: eta }) {
    const name = step ? stepName(step) : state === "queued" ? "Waiting for its turn" : "Starting";
    this.nodes.meter.value = progress;
    const line = [name, detail].filter(Boolean).join(" · ");
    this.nodes.detail.textContent = state === "cancelling" ? "Cancelling" : eta ? `${line} · about ${eta} s more` : line;
    this.#list(STEPS[this.#kind].indexOf(step));
    this.say(name);
  }

  end(said) {
    clearInterval(this.#timer);
    this.nodes.box.hidden = true;
    this.say(said);
  }

  say(text) {
    if (text === this.#said) return;
    this.#said = text;
    this.nodes.announcement.textContent = text;
  }

  #list(current) {
    this.nodes.steps.replaceChildren(...STEPS[this.#kind].map((step, index) => {
      const line = element("li", { class: index < current ? "done" : index === current ? "now" : "" }, stepName(step));
      if (index === current) line.setAttribute("aria-current", "step");
      return line;
    }));
  }

  #tick() {
    this.nodes.elapsed.textContent = `${Math.max(0, (Date.now() - this.#since) / 1000).toFixed(0)} s`;
  }
}
