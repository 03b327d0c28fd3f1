// Making elements. Texts only ever become text nodes: nothing from the data is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function apply(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("aria-") && typeof value === "boolean") {
      element.setAttribute(name, String(value));
      continue;
    }
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export function h(tag, attributes, ...children) {
  return apply(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return apply(document.createElementNS(SVG, tag), attributes, children);
}

export const $ = (id) => document.getElementById(id);

export const COLOURS = { met: "#009E73", not_met: "#D55E00", unknown: "#7B7F86" };

// Circle, triangle, square: the verdict without its colour.
export function icon(verdict, size = 14, label = null) {
  const shape = {
    met: () => s("circle", { cx: 8, cy: 8, r: 6.5 }),
    not_met: () => s("path", { d: "M8 1.2 15.2 14.2H.8Z" }),
    unknown: () => s("rect", { x: 2, y: 2, width: 12, height: 12, rx: 1 }),
  }[verdict]();
  const mark = {
    met: () => s("path", { d: "M4.8 8.2 7.2 10.6 11.3 5.7", fill: "none", stroke: "#fff", "stroke-width": 1.7 }),
    not_met: () => s("path", { d: "M5.7 8.2 10.3 12.6M10.3 8.2 5.7 12.6", fill: "none", stroke: "#fff", "stroke-width": 1.5 }),
    unknown: () =>
      s("path", {
        d: "M5.9 6.3C5.9 3.6 10.2 3.7 10.1 6.4 10.1 8 8 8 8 9.6M8 11V12.5",
        fill: "none",
        stroke: "#fff",
        "stroke-width": 1.5,
      }),
  }[verdict]();
  const hidden = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  return s("svg", { class: `icon ${verdict}`, width: size, height: size, viewBox: "0 0 16 16", ...hidden }, shape, mark);
}
