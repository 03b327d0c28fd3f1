// The page: reads the data that the program put into it, lays it out, and keeps map, list, card and tables in step.
import { $, h } from "./dom.js";
import { readData } from "./data.js";
import { number, setLanguage, t } from "./i18n.js";
import { renderCard } from "./card.js";
import { renderList, renderVerdicts, visibleStates } from "./list.js";
import { SiteMap } from "./map.js";
import { Model } from "./model.js";
import { SECTIONS } from "./tables.js";
import { renderFlips, renderWhatIf } from "./whatif.js";

function readScores(tables) {
  const table = tables.get("scorecards");
  if (!table || !table.has("score") || !table.has("site_id")) return null;
  const scores = new Map();
  for (let row = 0; row < table.shown; row++) {
    if (scores.has(table.get("site_id", row))) continue; // the first weighting
    const low = table.get("score_low", row) ?? table.get("score", row);
    const high = table.get("score_high", row) ?? low;
    const text = low === null ? null : low === high ? number(low, 2) : `${number(low, 2)}–${number(high, 2)}`;
    scores.set(table.get("site_id", row), { low, text });
  }
  return scores;
}

class App {
  constructor(tables) {
    this.model = new Model(tables);
    this.scores = readScores(tables);
    this.language = this.model.info.get("language") === "ja" ? "ja" : "en";
    this.show = new Set(["met", "not_met", "unknown"]);
    this.query = "";
    this.order = "close";
    this.selected = null;
    this.tab = "whatif";
    this.startLayers = new Set(["mesh_density"]);
    this.visible = visibleStates(this);
  }

  start() {
    setLanguage(this.language);
    this.layOut();
    this.map = new SiteMap(this);
    this.renderAll();
  }

  layOut() {
    const tab = (name) =>
      h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, onclick: () => this.openTab(name), onkeydown: (event) => this.tabKey(event) });
    $("app").replaceChildren(
      h("a", { class: "skip", href: "#list", id: "skip" }),
      h("header", { class: "top" }, h("div", {}, h("h1", { id: "title" }), h("p", { id: "subtitle" })), h("div", { class: "tools", id: "tools" })),
      h(
        "main",
        { id: "main" },
        h("div", { class: "counts", id: "verdicts", role: "group" }),
        h("p", { id: "announce", role: "status", "aria-live": "polite" }),
        h(
          "div",
          { class: "board" },
          h(
            "section",
            { class: "finding", id: "sites", "aria-labelledby": "sites-title" },
            h("h2", { id: "sites-title", class: "hidden" }),
            h("div", { class: "finder", id: "finder", role: "search" }),
            h("div", { class: "list", id: "list", tabindex: 0, role: "region" }),
          ),
          h(
            "section",
            { class: "map", id: "map-section" },
            h("div", { id: "map" }),
            h("img", { id: "map-picture", alt: "", decoding: "sync" }),
            h("div", { id: "zoom", class: "zoom" }),
            h("details", { id: "layers", class: "layers" }),
            h("div", { id: "legend", class: "legend" }),
            h("p", { id: "cell", class: "cell", hidden: true }),
          ),
          h(
            "aside",
            { class: "panel", id: "panel" },
            h("div", { role: "tablist", class: "tabs" }, tab("whatif"), tab("card")),
            h("div", { id: "whatif", role: "tabpanel", "aria-labelledby": "tab-whatif", tabindex: 0 }),
            h("div", { id: "card", role: "tabpanel", "aria-labelledby": "tab-card", tabindex: 0 }),
          ),
        ),
        h("nav", { class: "sections", id: "nav" }),
        h("div", { id: "sections" }),
      ),
    );
  }

  renderAll() {
    document.documentElement.lang = this.language;
    const { info } = this.model;
    const name = info.get("title") ?? "technopolis";
    document.title = name;
    $("title").textContent = name;
    $("skip").textContent = t("skip");
    $("sites-title").textContent = t("sites");
    $("list").setAttribute("aria-label", t("sites"));
    $("map-section").setAttribute("aria-label", t("mapLabel"));
    $("panel").setAttribute("aria-label", t("tabWhatIf"));
    $("tab-whatif").textContent = t("tabWhatIf");
    $("tab-card").textContent = t("tabSite");
    this.renderTop();
    this.renderFinder();
    renderWhatIf(this);
    this.map.renderControls();
    this.openTab(this.tab);
    this.refresh();
  }

  renderTop() {
    const { model } = this;
    const year = model.info.get("year");
    const parts = [model.profile.id, year, `${number(model.sites.length)} ${t("sites")}`, `technopolis ${model.info.get("technopolis") ?? ""}`];
    $("subtitle").textContent = parts.filter(Boolean).join(" · ");
    const language = (code, label) =>
      h("button", { type: "button", lang: code, id: `language-${code}`, "aria-pressed": this.language === code, onclick: () => this.setLanguage(code) }, label);
    const profiles = model.profiles.length < 2 ? null
      : h("label", {}, `${t("profile")} `, h("select", { id: "profile", onchange: (event) => this.chooseProfile(event.target.value) },
          model.profiles.map((profile) => h("option", { value: profile.id, selected: profile === model.profile }, profile.id))));
    $("tools").replaceChildren(
      ...[profiles,
      h("div", { role: "group", "aria-label": t("language"), class: "switch" }, language("en", "English"), language("ja", "日本語")),
      h("button", { type: "button", onclick: () => window.print() }, t("print"))].filter(Boolean),
    );
  }

  renderFinder() {
    const search = h("input", { type: "search", id: "search", value: this.query, placeholder: t("searchHelp"), autocomplete: "off", "aria-describedby": "shown" });
    search.addEventListener("input", () => {
      this.query = search.value;
      this.refresh();
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.visible.length > 0) this.select(this.visible[0].site, true);
    });
    const orders = ["close", "name", "prefecture", ...(this.scores ? ["score"] : [])];
    const words = { close: "sortClose", name: "sortName", prefecture: "sortPrefecture", score: "sortScore" };
    const order = h("select", { id: "order" }, orders.map((one) => h("option", { value: one, selected: one === this.order }, t(words[one]))));
    order.addEventListener("change", () => {
      this.order = order.value;
      this.refresh();
    });
    $("finder").replaceChildren(
      h("label", { for: "search" }, h("span", { class: "hidden" }, t("search")), search),
      h("label", { class: "order" }, h("span", {}, t("sort")), order),
      h("span", { id: "shown", role: "status" }),
    );
  }

  renderSections() {
    const made = [];
    for (const [name, make] of Object.entries(SECTIONS)) {
      const content = make(this);
      if (content) made.push(h("section", { id: `section-${name}`, "aria-labelledby": `h-${name}` }, h("h2", { id: `h-${name}` }, t(name)), content));
    }
    $("sections").replaceChildren(...made);
    $("nav").setAttribute("aria-label", t("sectionNav"));
    $("nav").replaceChildren(...made.map((section) => h("a", { href: `#${section.id}` }, section.querySelector("h2").textContent)));
  }

  // Everything that depends on how the sites are judged now, and on which are shown.
  refresh() {
    this.visible = visibleStates(this);
    renderVerdicts(this);
    renderList(this);
    renderCard(this);
    renderFlips(this);
    this.map.update();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.renderSections(), $("sections").childElementCount === 0 ? 0 : 150);
  }

  setThreshold(criterion, value) {
    this.model.setThreshold(criterion, value);
    this.refresh();
  }

  resetThresholds() {
    this.model.resetThresholds();
    renderWhatIf(this);
    this.refresh();
  }

  chooseProfile(id) {
    this.model.choose(id);
    this.renderAll();
    $("profile").focus();
  }

  setLanguage(code) {
    this.language = code;
    setLanguage(code);
    this.renderAll();
    $(`language-${code}`).focus();
  }

  toggle(verdict) {
    if (this.show.has(verdict)) this.show.delete(verdict);
    else this.show.add(verdict);
    this.refresh();
    $("verdicts").querySelector(`[data-verdict=${verdict}]`).focus();
  }

  // `focus`: chosen by keyboard or list, so that the card is where reading goes on.
  select(site, focus) {
    const before = this.selected;
    this.selected = site;
    this.refresh();
    this.map.select(site);
    this.openTab(site ? "card" : "whatif");
    $("card").scrollTop = 0;
    if (focus && site) $("card-title").focus({ preventScroll: true });
    if (focus && !site && before) document.querySelector(`tr[data-site="${CSS.escape(before.id)}"] button`)?.focus();
  }

  openTab(name) {
    this.tab = name;
    for (const one of ["whatif", "card"]) {
      $(`tab-${one}`).setAttribute("aria-selected", one === name);
      $(`tab-${one}`).tabIndex = one === name ? 0 : -1;
      $(one).hidden = one !== name;
    }
  }

  tabKey(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    this.openTab(this.tab === "card" ? "whatif" : "card");
    $(`tab-${this.tab}`).focus();
  }
}

const app = new App(readData($("data").textContent));
app.start();
requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("ready")));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.selected) app.select(null, true);
});
addEventListener("beforeprint", () => {
  app.map.snapshot();
  document.querySelectorAll("#card details").forEach((one) => (one.open = true));
});
window.technopolis = app;
