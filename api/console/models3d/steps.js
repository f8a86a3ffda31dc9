// The steps of the 3D pipelines: which there are, and what a person calls them.

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
export const TITLES = { concepts: "Drawing concepts", model3d: "Building the model", rescale3d: "Making the files" };

export const stepName = (step) => NAMES[step] ?? step.charAt(0).toUpperCase() + step.slice(1).replaceAll("_", " ");

// What a look at a run says of it, for the page's progress.
export function shown({ state, progress, step, detail, eta_s: eta }) {
  const name = step ? stepName(step) : state === "queued" ? "Waiting for its turn" : "Starting";
  const line = [name, detail].filter(Boolean).join(" · ");
  return { progress, step, name, line: state === "cancelling" ? "Cancelling" : eta ? `${line} · about ${eta} s more` : line };
}
