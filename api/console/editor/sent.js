// What became of a scene that was sent: its job, and where it can be watched.

import { imagePage } from "../navigation.js";
import { element } from "../report.js";

// answer: {job_id, queue_position}, as Dual Gen takes a job.
export function sentLine({ job_id: id, queue_position: position }) {
  const url = imagePage("images");
  url.hash = new URLSearchParams({ job: id });
  return [position > 1 ? `Sent: it is number ${position} in the queue. ` : "Sent. ", element("a", { href: url.href }, "Watch it being drawn")];
}
