// Two pictures, one over the other; a range input lies over both and says how much of the upper one is seen.

import { element } from "../report.js";

let made = 0;

// pictures: [{name, url, alt}], two at least. `shown` are the names that it begins with.
export function slider(pictures, shown) {
  const id = `slider-${++made}`;
  const sides = ["left", "right"].map((side, index) => ({
    side,
    image: element("img", { class: side, draggable: "false" }),
    tag: element("span", { class: `tag ${side}`, "aria-hidden": "true" }),
    choice: element("select", { id: `${id}-${side}` }, ...pictures.map(({ name }) => element("option", { value: name }, name))),
    start: shown[index],
  }));
  const range = element("input", { type: "range", min: "0", max: "100", value: "50", step: "1", "aria-label": "Compare the two pictures" });
  const window = element("div", { class: "window" }, sides[1].image, sides[0].image, element("span", { class: "edge" }), sides[0].tag, sides[1].tag, range);

  const move = () => {
    window.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value} % ${sides[0].choice.value}, ${100 - range.value} % ${sides[1].choice.value}`);
  };
  for (const { image, tag, choice, start } of sides) {
    const choose = () => {
      const { name, url, alt } = pictures.find((each) => each.name === choice.value);
      Object.assign(image, { src: url, alt });
      tag.textContent = name;
      move();
    };
    choice.value = start;
    choice.addEventListener("change", choose);
    choose();
  }
  // The upper picture gives the window its shape.
  sides[0].image.addEventListener("load", ({ target }) => window.style.setProperty("--shape", target.naturalWidth / target.naturalHeight));
  range.addEventListener("input", move);

  const field = ({ side, choice }) => element("div", { class: "field" }, element("label", { for: choice.id }, side === "left" ? "Left" : "Right"), choice);
  return element("div", { class: "slider" }, window, element("div", { class: "row" }, ...sides.map(field)));
}
