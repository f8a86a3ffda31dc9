// Shows how far a run is: its steps as a list, a bar, the seconds, and each new step said once to a screen reader.

import { element } from "../report.js";
import { pretty } from "./results.js";
import { STEP_NAMES, STEPS } from "./workflow.js";

export class Progress {
  #kind = "start";
  #since = 0;
  #timer = null;
  #said = "";

  constructor(nodes) {
    this.nodes = nodes; // {box, doing, elapsed, meter, steps, announcement}
  }

  begin(kind, since) {
    [this.#kind, this.#since, this.#said] = [kind, since, ""];
    this.nodes.box.hidden = false;
    this.nodes.meter.value = 0;
    this.nodes.doing.textContent = "Sending";
    this.#list(-1);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  show({ progress, currentStep }) {
    const name = STEP_NAMES[currentStep] ?? pretty(currentStep || "WAITING");
    this.nodes.meter.value = progress ?? 0;
    this.nodes.doing.textContent = name;
    this.#list(STEPS[this.#kind].indexOf(currentStep));
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
    const steps = STEPS[this.#kind].map((step, index) => {
      const line = element("li", { class: index < current ? "done" : index === current ? "now" : "" }, STEP_NAMES[step]);
      if (index === current) line.setAttribute("aria-current", "step");
      return line;
    });
    this.nodes.steps.replaceChildren(...steps);
  }

  #tick() {
    this.nodes.elapsed.textContent = `${Math.max(0, (Date.now() - this.#since) / 1000).toFixed(0)} s`;
  }
}
