// The sections below the map: one function each, left out where the result does not hold what they show.
import { bars, key, lines } from "./charts.js";
import { h, icon } from "./dom.js";
import { bound, getLanguage, layerName, number, percent, prefectureName, short, siteName, t, title, unitName } from "./i18n.js";
import { marginText } from "./list.js";
import { share } from "./judge.js";

function table(caption, head, rows, extra = {}) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: `data ${extra.class ?? ""}` },
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, i) => (i === 0 ? h("th", { scope: "row" }, cell) : numberCell(cell)))))),
    ),
  );
}

const numberCell = (cell) => (typeof cell === "number" ? h("td", { class: "number" }, number(cell, 4)) : h("td", {}, cell ?? "–"));

// Every column of a table of the result, as it is.
function whole(source, caption, limit = 200) {
  const names = source.names();
  const rows = [];
  for (let row = 0; row < Math.min(source.shown, limit); row++) rows.push(names.map((name) => source.get(name, row)));
  return table(caption, names, rows);
}

function summary(app) {
  const { model } = app;
  const n = model.states.length || 1;
  const rows = model.profile.criteria.map((criterion, i) => {
    const count = (verdict) => model.states.filter((state) => state.results[i].verdict === verdict).length;
    const counts = { met: count("met"), unknown: count("unknown"), not_met: count("not_met") };
    const stack = h("div", { class: "stack", "aria-hidden": "true" });
    for (const verdict of ["met", "unknown", "not_met"]) {
      const part = h("i", { class: verdict });
      part.style.width = `${(100 * counts[verdict]) / n}%`;
      stack.append(part);
    }
    return [[title(criterion), criterion.required ? null : h("small", {}, ` ${t("informative")}`)], stack, counts.met, counts.not_met, counts.unknown];
  });
  const counts = model.counts();
  rows.push([h("b", {}, `${t("site")} (${t("required")})`), "", counts.met, counts.not_met, counts.unknown]);
  const head = [t("criterion"), "", ...["met", "not_met", "unknown"].map((verdict) => [icon(verdict, 12), " ", t(verdict)])];
  return [h("p", {}, t("summaryIntro")), table(t("summary"), head, rows, { class: "summary" })];
}

function ranking(app) {
  const { model } = app;
  const states = [...model.states].sort((a, b) => b.closeness - a.closeness || a.site.row - b.site.row).slice(0, 1000);
  const rows = states.map((state, i) => {
    const at = state.decides[0];
    const criterion = model.profile.criteria[at];
    const part = at === undefined ? null : share(state.results[at]);
    const cells = [
      String(i + 1),
      siteName(state.site),
      prefectureName(state.site),
      h("span", { class: `margin ${state.verdict}` }, icon(state.verdict, 13), " ", t(state.verdict)),
      criterion ? title(criterion) : "–",
      criterion ? h("span", { class: "nowrap" }, marginText(criterion, state.results[at])) : "–",
      part === null ? "–" : percent(part),
    ];
    if (app.scores) cells.push(app.scores.get(state.site.id)?.text ?? "–");
    return cells;
  });
  const head = [t("rank"), t("site"), t("prefecture"), t("verdict"), t("criterion"), t("smallest"), t("ofThreshold")];
  if (app.scores) head.push(t("score"));
  const scorecards = app.model.tables.get("scorecards");
  return [
    h("p", {}, t("rankingIntro")),
    table(t("ranking"), head, rows),
    scorecards ? h("details", {}, h("summary", {}, "scorecards"), whole(scorecards, "scorecards")) : null,
  ];
}

function criteria(app) {
  return app.model.profiles.map((profile) => [
    h("h3", {}, profile.id),
    table(
      `${t("criteria")}: ${profile.id}`,
      [t("criterion"), "", t("threshold"), t("measure"), t("source")],
      profile.criteria.map((criterion) => [
        title(criterion),
        criterion.required ? t("required") : t("informative"),
        criterion.threshold === null ? "–" : bound(criterion.comparison, criterion.threshold, criterion.unit),
        h("span", { lang: "en" }, criterion.measure),
        h("span", { lang: "en" }, criterion.source),
      ]),
      { class: "wide" },
    ),
  ]);
}

const PARAMETERS = { threshold: "threshold", population: "parameterPopulation", within: "parameterWithin" };

// One chart a swept parameter: how many sites are met, not met and unknown at each value.
function sensitivity(app) {
  const source = app.model.tables.get("sensitivity");
  if (!source || source.shown === 0) return null;
  const groups = new Map();
  for (let row = 0; row < source.shown; row++) {
    if (source.has("kind") && source.get("kind", row) !== "sweep") continue;
    const value = Number(source.get("value", row));
    const profile = app.model.profiles.find((one) => one.id === source.get("profile", row));
    const criterion = profile?.criteria.find((one) => one.id === source.get("criterion_id", row));
    const scope = { criterion: t("criterionAlone"), site: t("allRequired") }[source.get("scope", row)];
    const parts = [
      app.model.profiles.length > 1 ? source.get("profile", row) : null,
      criterion ? short(criterion) : source.get("criterion_id", row),
      PARAMETERS[source.get("parameter", row)] ? t(PARAMETERS[source.get("parameter", row)]) : source.get("parameter", row),
    ];
    const label = [parts.filter(Boolean).join(" · "), scope].filter(Boolean).join(": ");
    if (!Number.isFinite(value) || source.get("value", row) === null) continue;
    if (!groups.has(label)) groups.set(label, { unit: source.get("unit", row), rows: [] });
    groups.get(label).rows.push([value, source.get("met", row), source.get("not_met", row), source.get("unknown", row)]);
  }
  const charts = [...groups].filter(([, group]) => group.rows.length > 1).map(([label, group]) => {
    group.rows.sort((a, b) => a[0] - b[0]);
    const series = ["met", "not_met", "unknown"].map((verdict, i) => ({
      name: t(verdict), verdict, points: group.rows.filter((row) => row[i + 1] !== null).map((row) => [row[0], row[i + 1]]),
    }));
    return lines(label, series.filter((one) => one.points.length > 0), unitName(group.unit), t("sites"));
  });
  return [
    h("p", {}, t("sensitivityIntro")),
    key(["met", "not_met", "unknown"].map((verdict) => ({ name: t(verdict), verdict }))),
    h("div", { class: "charts" }, charts),
    h("details", {}, h("summary", {}, t("sensitivity")), whole(source, t("sensitivity"))),
  ];
}

function histogram(source) {
  const counts = new Map();
  const column = source.column("n") ?? [];
  for (const n of column) {
    if (n === null) continue;
    const at = n <= 0 ? 0 : n < 10 ? Math.floor(n) : 10 ** Math.floor(Math.log10(n));
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const items = [...counts].sort((a, b) => a[0] - b[0]).map(([at, value]) => ({ name: at < 10 ? `n = ${at}` : `n ≥ ${number(at, 0)}`, value }));
  return items.length > 0 ? bars(layerName("mesh_density"), items, t("cells")) : null;
}

const nameOf = (source, row) => {
  const names = getLanguage() === "ja" ? ["name_ja", "region_ja", "name", "region", "name_en", "code"] : ["name", "name_en", "region", "region_name", "code"];
  return names.map((name) => source.get(name, row)).find((value) => value !== null && value !== undefined) ?? String(row + 1);
};

// A layer of regions: bars of whichever numeric column the reader chooses.
function regionChart(source) {
  const numeric = source.names().filter((name) => source.column(name).some((value) => typeof value === "number") && !/fid|_id$/.test(name));
  if (numeric.length === 0) return null;
  const place = h("div", {});
  const schemes = [...new Set(source.column("scheme") ?? [])].filter((scheme) => scheme !== null);
  let scheme = schemes[0];
  let name = numeric.find((one) => /density|lq/.test(one)) ?? numeric[0];
  const draw = () => {
    const items = [];
    for (let row = 0; row < source.shown; row++) {
      const value = source.get(name, row);
      if (schemes.length > 0 && source.get("scheme", row) !== scheme) continue;
      if (typeof value === "number") items.push({ name: nameOf(source, row), value });
    }
    items.sort((a, b) => b.value - a.value);
    place.replaceChildren(bars(`${layerName(source.name)}: ${name}`, items.slice(0, 15)));
  };
  const choice = (label, list, chosen, act) =>
    h("label", {}, `${label} `, h("select", { onchange: (event) => { act(event.target.value); draw(); } },
      list.map((one) => h("option", { value: one, selected: one === chosen }, one))), " ");
  draw();
  return h(
    "div",
    {},
    schemes.length > 1 ? choice(t("scheme"), schemes, scheme, (to) => (scheme = to)) : null,
    choice(t("column"), numeric, name, (to) => (name = to)),
    place,
    h("details", {}, h("summary", {}, layerName(source.name)), whole(source, layerName(source.name))),
  );
}

function density(app) {
  const { tables } = app.model;
  const mesh = tables.get("mesh_density");
  const parts = [mesh && mesh.shown > 0 ? histogram(mesh) : null];
  for (const name of ["regions", "prefectures"]) {
    const source = tables.get(name);
    if (source && source.shown > 0) parts.push(regionChart(source));
  }
  return parts.some(Boolean) ? [h("p", {}, t("densityIntro")), h("div", { class: "charts" }, parts)] : null;
}

function findings(app) {
  const source = app.model.tables.get("findings");
  if (!source || source.shown === 0) return null;
  const rows = [];
  for (let row = 0; row < source.shown; row++) {
    const careful = source.get("warning", row) ? h("b", { class: "careful" }, t("careful")) : "";
    rows.push([source.get("subject", row), source.get("text", row) ?? source.get("finding", row), careful]);
  }
  return table(t("findings"), [t("subject"), t("finding"), ""], rows, { class: "wide" });
}

// What the layers themselves name as sources and licences, the most frequent first.
function attributions(app) {
  const found = [];
  for (const source of app.model.tables.values()) {
    if (["criteria", "sources"].includes(source.name)) continue;
    for (const [text, n] of source.raw.named ?? []) found.push([layerName(source.name), text, n]);
  }
  return found;
}

function sources(app) {
  const source = app.model.tables.get("sources");
  if (!source) return null;
  const rows = [];
  for (let row = 0; row < source.shown; row++) {
    rows.push([
      layerName(source.get("layer", row)), source.get("file", row), source.get("features_kept", row), source.get("coverage", row),
      source.get("crs", row), h("code", { title: source.get("sha256", row) }, (source.get("sha256", row) ?? "").slice(0, 12)),
    ]);
  }
  const named = attributions(app);
  return [
    h("p", {}, t("sourcesIntro")),
    table(t("sources"), [t("layer"), t("file"), t("features"), t("coverage"), t("crs"), t("checksum")], rows),
    named.length > 0 ? [h("h3", {}, t("attribution")), table(t("attribution"), [t("layer"), t("source"), t("features")], named, { class: "wide" })] : null,
  ];
}

function rejects(app) {
  const source = app.model.tables.get("rejects");
  if (!source) return null;
  if (source.n === 0) return h("p", {}, t("rejectsNone"));
  const rows = [];
  for (let row = 0; row < source.shown; row++) {
    rows.push([layerName(source.get("layer", row)), source.get("source_file", row) ?? source.get("file", row), source.get("reason", row), source.get("detail", row)]);
  }
  return [
    source.shown < source.n ? h("p", {}, t("rejectsSome", source.shown, source.n)) : null,
    table(t("rejects"), [t("layer"), t("file"), t("reason"), t("detail")], rows),
  ];
}

function run(app) {
  const rows = [...app.model.info];
  const missing = [...app.model.tables.values()].filter((source) => source.shown === 0 && source.n > 0);
  return [
    missing.map((source) => h("p", {}, t("tooMany", layerName(source.name), number(source.n)))),
    h("details", {}, h("summary", {}, t("run")), table(t("run"), [t("key"), t("value")], rows)),
    h("p", { class: "small" }, t("libraries")),
  ];
}

// Tables that no section is about, as they are.
const TOLD = new Set(["verdicts", "criteria", "findings", "rejects", "run_info", "sources", "sensitivity", "scorecards", "flips"]);
function others(app) {
  const more = [...app.model.tables.values()].filter((source) => source.geometry === "table" && source.shown > 0 && !TOLD.has(source.name));
  if (more.length === 0) return null;
  return more.map((source) => h("details", {}, h("summary", {}, `${layerName(source.name)} (${number(source.n)})`), whole(source, layerName(source.name))));
}

export const SECTIONS = { summary, ranking, criteria, sensitivity, density, findings, others, sources, rejects, run };
