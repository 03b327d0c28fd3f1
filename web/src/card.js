// The card of a site: each criterion with verdict, value, threshold, margin, evidence, method.
import { $, COLOURS, h, icon, s } from "./dom.js";
import { bound, getLanguage, layerName, methodName, number, otherName, prefectureName, quantity, short, signed, siteName, t, title } from "./i18n.js";

// Where the value lies from its threshold: a bar on a scale that ends at twice the threshold.
function bar(criterion, result) {
  const { value, threshold } = result;
  if (value === null || !threshold) return null;
  const scale = Math.max(2 * threshold, 1e-9);
  const x = (v) => 100 * Math.min(Math.max(v / scale, 0), 1);
  const atLeast = (result.comparison ?? criterion.comparison) === "at_least";
  const good = atLeast ? { x: 50, width: 50 } : { x: 0, width: 50 };
  return s(
    "svg",
    { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { x: 0, y: 3, width: 100, height: 4, fill: "#e6e6e2" }),
    s("rect", { ...good, y: 3, height: 4, fill: "#cfe8df" }),
    s("rect", { x: 0, y: 3.6, width: x(value), height: 2.8, fill: COLOURS[result.verdict] }),
    s("rect", { x: 49.6, y: 0, width: 0.8, height: 10, fill: "#222" }),
  );
}

function facts(criterion, result) {
  const unit = result.unit ?? criterion.unit;
  const comparison = result.comparison ?? criterion.comparison;
  const value =
    result.value !== null ? quantity(result.value, unit) : result.verdict === "unknown" ? t("notKnown") : t("noValue");
  return h(
    "dl",
    { class: "facts" },
    h("div", {}, h("dt", {}, t("value")), h("dd", {}, value)),
    result.threshold === null
      ? null
      : h("div", {}, h("dt", {}, t("threshold")), h("dd", {}, bound(comparison, result.threshold, unit))),
    h(
      "div",
      {},
      h("dt", {}, t("margin")),
      h("dd", { class: `margin ${result.verdict}` }, result.margin === null ? "–" : signed(result.margin, unit)),
    ),
    result.method ? h("div", {}, h("dt", {}, t("method")), h("dd", {}, methodName(result.method))) : null,
  );
}

function links(app, site, criterion) {
  const found = (app.model.links.get(site.id) ?? []).filter((link) => link.criterion === criterion.id).slice(0, 6);
  if (found.length === 0) return null;
  const far = (link) =>
    [
      link.minutes === null ? null : quantity(link.minutes, "min"),
      link.km === null ? null : `${number(link.km)} ${t("kmShort")}`,
    ]
      .filter(Boolean)
      .join(", ");
  return h(
    "ul",
    { class: "links", "aria-label": t("nearest") },
    found.map((link) =>
      h("li", {}, h("span", {}, link.name, h("small", {}, layerName(link.layer))), h("span", { class: "far" }, far(link))),
    ),
  );
}

function section(app, state, i) {
  const criterion = app.model.profile.criteria[i];
  const result = state.results[i];
  const changed = result.verdict !== state.stored[i].verdict;
  const open = criterion.required && result.verdict !== "met";
  return h(
    "details",
    { class: `criterion ${result.verdict}`, open, "data-criterion": criterion.id },
    h(
      "summary",
      {},
      icon(result.verdict, 18, t(result.verdict)),
      h(
        "span",
        { class: "what" },
        h("span", { class: "title" }, title(criterion)),
        h(
          "span",
          { class: "sub" },
          h("span", { class: `margin ${result.verdict}` }, t(result.verdict)),
          result.margin === null ? null : ` · ${signed(result.margin, result.unit ?? criterion.unit)}`,
          criterion.required ? null : ` · ${t("informative")}`,
          changed ? h("span", { class: "flip" }, `${t("from")}: ${t(state.stored[i].verdict)}`) : null,
        ),
      ),
    ),
    h(
      "div",
      { class: "body" },
      bar(criterion, result),
      facts(criterion, result),
      result.evidence
        ? h("p", { class: "evidence", lang: app.model.info.get("language") ?? "en" }, h("b", {}, `${t("evidence")}: `), result.evidence)
        : app.model.tables.get("verdicts").has("evidence") ? null : h("p", { class: "evidence" }, t("noEvidence")),
      links(app, state.site, criterion),
    ),
  );
}

// How firm the verdict of the run is, where the result says so: its flip point, its chance, its score.
function robustness(app, site) {
  const { tables, profile } = app.model;
  const lines = [];
  const each = (name, act) => {
    const table = tables.get(name);
    for (let row = 0; table && row < table.shown; row++) {
      const own = !table.has("profile") || table.get("profile", row) === profile.id;
      if (own && table.get("site_id", row) === site.id) act((column) => table.get(column, row));
    }
  };
  each("flips", (get) => {
    const criterion = profile.criteria.find((one) => one.id === get("criterion_id"));
    if (!criterion || get("flip_at") === null) return;
    const unit = get("unit") ?? criterion.unit;
    lines.push([`${t("flipAt")}: `, h("b", {}, `${short(criterion)} ${quantity(get("threshold"), unit)} → ${quantity(get("flip_at"), unit)}`), ` (${t(get("becomes"))})`]);
  });
  each("sensitivity", (get) => {
    if (get("kind") !== "monte_carlo" || get("probability") === null || get("scope") === "criterion") return;
    const share = (column) => `${number(100 * (get(column) ?? 0), 0)} %`;
    lines.push([`${t("chance")}: `, h("b", {}, share("probability")), ` (${t("not_met")} ${share("probability_not_met")}, ${t("unknown")} ${share("probability_unknown")})`]);
  });
  each("scorecards", (get) => {
    const low = get("score_low") ?? get("score");
    const high = get("score_high") ?? get("score");
    if (low === null) return;
    const name = get("weighting") ? ` ${get("weighting")}` : "";
    lines.push([`${t("score")}${name}: `, h("b", {}, low === high ? number(low, 2) : `${number(low, 2)}–${number(high, 2)}`), get("rank") === null ? "" : ` (${t("rank")} ${get("rank")})`]);
  });
  return lines.length > 0 ? h("ul", { class: "more-facts" }, lines.slice(0, 6).map((line) => h("li", {}, line))) : "";
}

export function renderCard(app) {
  const box = $("card");
  const state = app.selected ? app.model.states[app.selected.row] : null;
  if (!state) {
    box.replaceChildren(h("p", { class: "hint" }, t("chooseSite")));
    return;
  }
  const { site } = state;
  const other = otherName(site) === siteName(site) ? null : otherName(site);
  const criteria = app.model.profile.criteria;
  const order = criteria.map((c, i) => i);
  const weight = (i) => (criteria[i].required ? 0 : 3) + { not_met: 0, unknown: 1, met: 2 }[state.results[i].verdict];
  order.sort((a, b) => weight(a) - weight(b) || a - b);
  box.replaceChildren(
    h(
      "header",
      {},
      h(
        "div",
        {},
        h("h3", { id: "card-title", tabindex: "-1" }, siteName(site)),
        h("p", { class: "sub" }, other ? h("span", { lang: getLanguage() === "ja" ? "en" : "ja" }, other) : null, other && prefectureName(site) ? " · " : null, prefectureName(site)),
      ),
      h("button", { type: "button", class: "close", "aria-label": t("back"), title: t("back"), onclick: () => app.select(null, true) }, "×"),
    ),
    h(
      "p",
      { class: `chip ${state.verdict}` },
      icon(state.verdict, 20),
      h("b", {}, t({ met: "metSites", not_met: "notMetSites", unknown: "unknownSites" }[state.verdict])),
      h("span", {}, t({ met: "metHelp", not_met: "notMetHelp", unknown: "unknownHelp" }[state.verdict])),
    ),
    robustness(app, site),
    ...order.map((i) => section(app, state, i)),
  );
}

// What the map says under the pointer.
export function tooltip(app, site) {
  const state = app.model.states[site.row];
  const criteria = app.model.profile.criteria;
  return h(
    "div",
    { class: "tip" },
    h("b", {}, siteName(site)),
    h("span", { class: `margin ${state.verdict}` }, icon(state.verdict, 13), " ", t({ met: "metSites", not_met: "notMetSites", unknown: "unknownSites" }[state.verdict])),
    state.decides.slice(0, 3).map((i) =>
      h("span", {}, `${title(criteria[i])}: ${state.results[i].margin === null ? t(state.results[i].verdict) : signed(state.results[i].margin, state.results[i].unit ?? criteria[i].unit)}`),
    ),
  );
}
