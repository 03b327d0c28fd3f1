// Charts as inline SVG: a line chart and horizontal bars. The same numbers stand in a table beside each.
import { COLOURS, h, s } from "./dom.js";
import { number, significant } from "./i18n.js";

const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C6D00", "#56B4E9"];

// series: [{ name, verdict?, points: [[x, y], …] }]
export function lines(title, series, xLabel, yLabel) {
  const width = 420;
  const height = 220;
  const box = { left: 40, right: 16, top: 24, bottom: 36 };
  const xs = series.flatMap((one) => one.points.map((p) => p[0]));
  const ys = series.flatMap((one) => one.points.map((p) => p[1]));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const y1 = Math.max(1, ...ys);
  const X = (x) => box.left + ((x - x0) / (x1 - x0 || 1)) * (width - box.left - box.right);
  const Y = (y) => height - box.bottom - (y / y1) * (height - box.top - box.bottom);
  const ticks = [0, 0.5, 1].map((f) => Math.round(y1 * f));
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title),
    s(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title },
      [...new Set(ticks)].map((y) => [
        s("line", { x1: box.left, x2: width - box.right, y1: Y(y), y2: Y(y), stroke: "#dddad2" }),
        s("text", { x: box.left - 6, y: Y(y) + 4, "text-anchor": "end" }, number(y, 0)),
      ]),
      [x0, (x0 + x1) / 2, x1].map((x, i) => s("text", { x: X(x), y: height - box.bottom + 16, "text-anchor": ["start", "middle", "end"][i] }, number(x, 1))),
      s("text", { x: (box.left + width - box.right) / 2, y: height - 4, "text-anchor": "middle" }, xLabel),
      s("text", { x: 4, y: 10 }, yLabel),
      series.map((one, i) => {
        const colour = COLOURS[one.verdict] ?? PALETTE[i % PALETTE.length];
        const path = one.points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`).join("");
        const dash = { not_met: "6 3", unknown: "2 3" }[one.verdict] ?? null;
        return [
          s("path", { d: path, fill: "none", stroke: colour, "stroke-width": 2.2, "stroke-dasharray": dash }),
          one.points.map(([x, y]) => s("circle", { cx: X(x), cy: Y(y), r: 2.2, fill: colour })),
        ];
      }),
    ),
  );
}

// What the lines of all charts of a section mean, said once.
export function key(series) {
  return h(
    "ul",
    { class: "key" },
    series.map(({ name, verdict }) =>
      h("li", {}, s("svg", { width: 34, height: 10, "aria-hidden": "true" }, s("path", { d: "M1 5H33", stroke: COLOURS[verdict], "stroke-width": 2.4, "stroke-dasharray": { not_met: "6 3", unknown: "2 3" }[verdict] ?? null })), name),
    ),
  );
}

// items: [{ name, value, verdict? }]
export function bars(title, items, unit = "") {
  const most = Math.max(...items.map((item) => Math.abs(item.value)), 1e-12);
  const row = 20;
  const height = items.length * row + 6;
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title),
    s(
      "svg",
      { viewBox: `0 0 420 ${height}`, role: "img", "aria-label": title },
      items.map((item, i) => [
        s("text", { x: 132, y: i * row + 15, "text-anchor": "end" }, String(item.name).slice(0, 22)),
        s("rect", { x: 138, y: i * row + 4, width: Math.max((Math.abs(item.value) / most) * 210, 0.5), height: row - 7, fill: PALETTE[0] }),
        s("text", { x: 142 + (Math.abs(item.value) / most) * 210, y: i * row + 15 }, `${significant(item.value)} ${unit}`),
      ]),
    ),
  );
}
