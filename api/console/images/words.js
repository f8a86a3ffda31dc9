// How the pages of the image pipeline put numbers and times into words.

export function seconds(value) {
  if (value === null || value === undefined) return "";
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 90) return `${value.toFixed(0)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

export const bytes = (size) => (size > 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1e3))} kB`);

export const timeOfDay = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function dayOf(date) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (days < 2) return days === 1 ? "Yesterday" : "Today";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

// Returns a prompt in a line: of a scene as JSON, what it is about.
export function inShort(prompt) {
  const scene = prompt.trimStart().startsWith("{") && asJson(prompt);
  return (scene && typeof scene.scene === "string" ? scene.scene : prompt).replace(/\s+/g, " ").trim();
}

function asJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
