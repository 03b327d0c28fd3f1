// The list of sites: who passes, who fails, why, and how close. Also the way to a site by keyboard.
import { $, h, icon } from "./dom.js";
import { otherName, short, signed, siteName, t, title } from "./i18n.js";

export function marginText(criterion, result) {
  if (result.margin === null || result.margin === undefined) {
    return result.verdict === "unknown" ? t("notKnown") : t("noValue");
  }
  return signed(result.margin, result.unit ?? criterion.unit);
}

function decides(model, state) {
  if (state.decides.length === 0) return "";
  const criterion = model.profile.criteria[state.decides[0]];
  const result = state.results[state.decides[0]];
  const rest = state.decides.length - 1;
  const more = rest > 0 && state.verdict !== "met" ? h("span", { class: "more" }, t("more", rest)) : null;
  return [
    h("span", { class: "why" }, short(criterion)),
    " ",
    h("span", { class: `margin ${state.verdict}` }, marginText(criterion, result)),
    " ",
    more,
  ];
}

function fold(text) {
  return (text ?? "").normalize("NFKC").toLowerCase();
}

export function matches(site, query) {
  const wanted = fold(query.trim());
  const texts = [site.name.en, site.name.ja, site.id, site.prefecture.en, site.prefecture.ja];
  return wanted === "" || texts.some((text) => fold(text).includes(wanted));
}

function score(app, site) {
  return app.scores?.get(site.id)?.low ?? -Infinity;
}

const ORDERS = {
  close: () => (a, b) => b.closeness - a.closeness || a.site.row - b.site.row,
  name: () => (a, b) => siteName(a.site).localeCompare(siteName(b.site)),
  prefecture: () => (a, b) =>
    (a.site.prefectureCode ?? "~").localeCompare(b.site.prefectureCode ?? "~") || a.site.row - b.site.row,
  score: (app) => (a, b) => score(app, b.site) - score(app, a.site),
};

export function visibleStates(app) {
  return app.model.states
    .filter((state) => app.show.has(state.verdict) && matches(state.site, app.query))
    .sort(ORDERS[app.order](app));
}

function row(app, state) {
  const { model } = app;
  const { site } = state;
  const flipped = state.verdict !== state.was;
  const chosen = app.selected === site;
  return h(
    "tr",
    { class: `${chosen ? "chosen" : ""} ${flipped ? "flipped" : ""}`, "data-site": site.id },
    h(
      "th",
      { scope: "row" },
      h(
        "button",
        { class: "site", type: "button", "aria-pressed": chosen, title: `${siteName(site)} / ${otherName(site)}`, onclick: () => app.select(site, true) },
        icon(state.verdict, 16, t(state.verdict)),
        h("span", { class: "name" }, siteName(site)),
        flipped ? h("span", { class: "flip" }, `${t(state.was)} ${t("to")} ${t(state.verdict)}`) : null,
      ),
    ),
    state.results.map((result, i) =>
      h(
        "td",
        { class: "glyph", title: `${title(model.profile.criteria[i])}: ${t(result.verdict)}` },
        icon(result.verdict, 13, t(result.verdict)),
      ),
    ),
    h("td", { class: "decides" }, decides(model, state)),
  );
}

// Long lists grow as they are scrolled, so that ten thousand sites open as fast as seventy.
const PAGE = 300;

export function renderList(app) {
  const { model } = app;
  const states = visibleStates(app);
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "site" }, t("site")),
    model.profile.criteria.map((criterion) =>
      h(
        "th",
        { scope: "col", class: `turned ${criterion.required ? "" : "informative"}`, title: title(criterion) },
        h("span", {}, short(criterion)),
      ),
    ),
    h("th", { scope: "col", class: "decides" }, t("decides")),
  );
  const body = h("tbody", {});
  let done = 0;
  const grow = () => {
    body.append(...states.slice(done, done + PAGE).map((state) => row(app, state)));
    done += PAGE;
  };
  grow();
  const box = $("list");
  const scrolled = box.scrollTop;
  box.replaceChildren(
    h("table", { class: "sites" }, h("caption", { class: "hidden" }, t("sites")), h("thead", {}, head), body),
    states.length === 0 ? h("p", { class: "nothing" }, t("none")) : "",
  );
  box.scrollTop = scrolled;
  box.onscroll = () => {
    if (done < states.length && box.scrollTop + box.clientHeight > box.scrollHeight - 400) grow();
  };
  $("shown").textContent = t("shown", states.length, model.states.length);
}

export function renderVerdicts(app) {
  const counts = app.model.counts();
  const words = { met: "metSites", not_met: "notMetSites", unknown: "unknownSites" };
  const helps = { met: "metHelp", not_met: "notMetHelp", unknown: "unknownHelp" };
  $("verdicts").replaceChildren(
    ...["met", "not_met", "unknown"].map((verdict) =>
      h(
        "button",
        {
          type: "button",
          class: `count ${verdict}`,
          "data-verdict": verdict,
          "aria-pressed": app.show.has(verdict),
          onclick: () => app.toggle(verdict),
        },
        icon(verdict, 26),
        h("b", {}, counts[verdict]),
        h("span", {}, h("strong", {}, t(words[verdict])), h("small", {}, t(helps[verdict]))),
      ),
    ),
  );
}
