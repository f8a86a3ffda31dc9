// The jobs: those under way, those that wait, and the last ones that have ended.

import { count } from "../page.js";
import { element } from "../report.js";
import { showPicture } from "./contract.js";
import { inShort, timeOfDay } from "./words.js";

const WORDS = { queued: "waits", running: "under way", complete: "done", error: "failed", cancelled: "cancelled" };

export class QueueList {
  #shown = "";

  // nodes: {section, list, clear}; show(id) and cancel(id) are called when a person asks for it.
  constructor(nodes, { api, show, cancel }) {
    Object.assign(this, { nodes, api, asked: show, cancelled: cancel });
  }

  // answer: as the contract's queue. current: the id of the job that the page shows.
  show({ pending, running, completed }, current) {
    const jobs = [...running, ...pending, ...completed];
    const shown = JSON.stringify([current, jobs.map(({ id, status, current_run: run, results }) => [id, status, run, results.length])]);
    if (shown === this.#shown) return; // whoever reads or points at the list is left alone
    this.#shown = shown;
    const focused = document.activeElement?.closest("#jobs li")?.dataset.id;
    this.nodes.list.replaceChildren(...jobs.map((job) => this.#row(job, current)));
    if (focused) this.nodes.list.querySelector(`li[data-id="${CSS.escape(focused)}"] button`)?.focus();
    this.nodes.section.hidden = !jobs.length;
    this.nodes.clear.hidden = pending.length < 2;
    this.nodes.clear.textContent = `Cancel all ${pending.length} that wait`;
  }

  #row(job, current) {
    const facts = [WORDS[job.status] ?? job.status, rounds(job), timeOfDay(new Date(job.created_at))].join(" · ");
    const words = element("span", { class: "what" }, element("strong", {}, inShort(job.prompt) || "Random"), element("small", {}, facts));
    const open = element("button", { type: "button", class: "open" }, this.#thumbnail(job), words);
    if (job.id === current) open.setAttribute("aria-current", "true");
    open.addEventListener("click", () => this.asked(job.id));
    return element("li", { "data-id": job.id, "data-state": job.status }, open, job.status === "queued" ? this.#cancel(job) : null);
  }

  #cancel(job) {
    const button = element("button", { type: "button", class: "small", "aria-label": `Cancel: ${inShort(job.prompt) || "Random"}` }, "Cancel");
    button.addEventListener("click", () => {
      button.disabled = true;
      this.cancelled(job.id);
    });
    return button;
  }

  #thumbnail(job) {
    const made = job.results.flatMap(({ images }) => images).find(({ success }) => success);
    if (!made) return element("span", { class: "thumb" }, element("span", { class: "dot" }));
    const image = element("img", { class: "thumb", alt: "" });
    showPicture(image, this.api().pictureUrl(made.local_path.split("/").pop(), "thumbnail"), this.api());
    return image;
  }
}

function rounds({ status, count: all, results }) {
  return status === "complete" || status === "queued" ? count(all, "round") : `${results.length} of ${count(all, "round")}`;
}
