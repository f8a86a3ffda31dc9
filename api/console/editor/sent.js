// Sends a page's scene, and says what became of it: its job, and where it can be watched.

import { imagePage } from "../navigation.js";
import { $, complain } from "../page.js";
import { element } from "../report.js";

// Hands the scene of `state` on by `hand`, which returns Dual Gen's answer; not while it is being sent already.
// offer(): shows anew what may be clicked. fail(problem): tells of one.
export async function sendScene(state, hand, { offer, fail }) {
  if (state.isSending || !state.sheet?.isValid) return;
  state.isSending = true;
  complain("problem", "");
  $("sent").textContent = "Sending …";
  offer();
  try {
    $("sent").replaceChildren(...sentLine(await hand(state.sheet.scene)));
  } catch (problem) {
    $("sent").textContent = "";
    fail(problem);
  } finally {
    state.isSending = false;
    offer();
  }
}

// answer: {job_id, queue_position}, as Dual Gen takes a job.
function sentLine({ job_id: id, queue_position: position }) {
  const url = imagePage("images");
  url.hash = new URLSearchParams({ job: id });
  return [position > 1 ? `Sent: it is number ${position} in the queue. ` : "Sent. ", element("a", { href: url.href }, "Watch it being drawn")];
}
