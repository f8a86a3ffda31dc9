// Shows how far a run is: its steps as a list, a bar, a line, the seconds, and each new step said once to a screen reader.

import { element } from "./report.js";

export class Progress {
  #steps = [];
  #since = 0;
  #timer = null;
  #said = "";

  // nodes: {box, line, elapsed, meter, steps, announcement}; stepName(step) is what a person calls a step.
  constructor(nodes, stepName) {
    this.nodes = nodes;
    this.stepName = stepName;
  }

  // A run begins that goes through `steps`, in this order; none where only the bar tells.
  begin(steps, since) {
    [this.#steps, this.#since, this.#said] = [steps, since, ""];
    this.nodes.box.hidden = false;
    this.nodes.meter.value = 0;
    this.nodes.line.textContent = "Sending";
    this.#list(-1);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  // `line` is shown, `name` is said when it is new; `step` is the one of the list.
  show({ progress, step, name, line }) {
    this.nodes.meter.value = progress ?? 0;
    this.nodes.line.textContent = line ?? name;
    this.#list(this.#steps.indexOf(step));
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
    this.nodes.steps.replaceChildren(...this.#steps.map((step, index) => {
      const line = element("li", { class: index < current ? "done" : index === current ? "now" : "" }, this.stepName(step));
      if (index === current) line.setAttribute("aria-current", "step");
      return line;
    }));
  }

  #tick() {
    this.nodes.elapsed.textContent = `${Math.max(0, (Date.now() - this.#since) / 1000).toFixed(0)} s`;
  }
}
