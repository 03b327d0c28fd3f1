// Thresholds to be moved, and what changes when they are.
import { $, h, icon } from "./dom.js";
import { bound, number, short, siteName, t, title, unitName } from "./i18n.js";

function control(app, criterion, i) {
  const { slider } = criterion;
  const now = app.model.changes.get(criterion.id) ?? slider.initial;
  const name = slider.population ? t("population") : title(criterion);
  const comparison = slider.population ? "at_least" : criterion.comparison;
  const said = h("output", { id: `said-${criterion.id}` });
  const changes = h("span", { class: "changes" });
  const range = h("input", {
    type: "range", id: `range-${criterion.id}`, min: slider.min, max: slider.max, step: slider.step, value: now,
  });
  const exact = h("input", {
    type: "number", id: `exact-${criterion.id}`, min: slider.min, max: slider.population ? null : slider.max, step: "any", value: now, "aria-label": `${name} (${unitName(slider.unit)})`,
  });
  const reset = h("button", { type: "button", class: "quiet" }, t("reset"));
  const show = () => {
    const value = app.model.changes.get(criterion.id) ?? slider.initial;
    said.textContent = bound(comparison, value, slider.unit);
    range.setAttribute("aria-valuetext", said.textContent);
    const n = app.model.criterionFlips(i).length;
    changes.textContent = n > 0 ? t("flipsHere", n) : "";
    reset.hidden = value === slider.initial;
    box.classList.toggle("moved", value !== slider.initial);
  };
  const set = (value) => {
    if (!Number.isFinite(value) || value < slider.min) return;
    app.setThreshold(criterion, value);
    show();
  };
  range.addEventListener("input", () => {
    exact.value = range.value;
    set(Number(range.value));
  });
  exact.addEventListener("change", () => {
    range.value = exact.value;
    set(Number(exact.value));
  });
  reset.addEventListener("click", () => {
    range.value = exact.value = slider.initial;
    set(slider.initial);
    range.focus();
  });
  const box = h(
    "div",
    { class: "control", "data-criterion": criterion.id },
    h("label", { for: `range-${criterion.id}` }, h("b", {}, slider.population ? `${short(criterion)}: ${name}` : name), criterion.required ? null : h("small", {}, t("informative"))),
    h("div", { class: "line" }, range, exact),
    h("div", { class: "line said" }, said, changes, reset),
    slider.population && otherCore(app) ? h("small", {}, `${t("otherCore")} `) : null,
    slider.population && slider.complete > 0 ? h("small", {}, t("completeFrom", number(slider.complete))) : null,
  );
  show();
  return box;
}

// A required core that is a city of some population of its own does not follow the mother city's.
const otherCore = (app) =>
  app.model.profile.criteria.some((criterion) => criterion.id === "core_access" && criterion.required && /population >=/.test(criterion.measure));

export function renderWhatIf(app) {
  const { criteria } = app.model.profile;
  const fixed = criteria.filter((criterion) => !criterion.slider);
  $("whatif").replaceChildren(
    h("p", { class: "intro" }, t("whatIfIntro")),
    h("div", { id: "flips" }),
    ...criteria.map((criterion, i) => (criterion.slider ? control(app, criterion, i) : null)).filter(Boolean),
    ...fixed.map((criterion) =>
      h("div", { class: "control fixed" }, h("b", {}, title(criterion)), h("small", {}, t("noSlider"))),
    ),
    h("p", {}, h("button", { type: "button", id: "reset-all", onclick: () => app.resetThresholds() }, t("resetAll"))),
  );
  renderFlips(app);
}

export function renderFlips(app) {
  const flips = app.model.flips();
  const box = $("flips");
  const moved = app.model.changes.size > 0;
  $("announce").textContent = moved ? (flips.length > 0 ? t("flips", flips.length) : t("noFlips")) : t("guide");
  $("announce").classList.toggle("moved", moved);
  if (!box) return;
  $("reset-all").disabled = !moved;
  box.className = moved ? "flips" : "flips empty";
  box.replaceChildren(
    moved ? h("p", {}, h("b", {}, flips.length > 0 ? t("flips", flips.length) : t("noFlips"))) : "",
    flips.length > 0
      ? h(
          "ul",
          {},
          flips.map((state) =>
            h(
              "li",
              { "data-site": state.site.id },
              h("button", { type: "button", class: "quiet", onclick: () => app.select(state.site, true) }, siteName(state.site)),
              h("span", { class: "change" }, icon(state.was, 13, t(state.was)), " → ", icon(state.verdict, 13, t(state.verdict)), " ", t(state.verdict)),
            ),
          ),
        )
      : "",
  );
}
