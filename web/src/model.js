// What the page talks about: sites, profiles with their criteria, and a result for each site and criterion.
import { conclude, decisive, judge, share } from "./judge.js";

const POPULATION = /where population >= ([\d,]+)/;

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map((m) => m * power).find((m) => m >= value) ?? value;
}

// What the control of a criterion may be set to; null where the stored values cannot judge it again.
function makeSlider(criterion, tables) {
  const asked = criterion.id === "mother_city" ? POPULATION.exec(criterion.measure) : null;
  if (asked && tables.get("sites").has("mother_city_population")) {
    const initial = Number(asked[1].replaceAll(",", ""));
    const complete = completePopulation(tables);
    return { population: true, initial, complete, min: complete, max: 500000, step: 10000, unit: "persons" };
  }
  if (!criterion.oneThreshold || criterion.threshold === null || criterion.id === "mother_city") return null;
  const initial = criterion.threshold;
  const counted = Number.isInteger(initial) && initial <= 10;
  const step = counted ? 1 : nice(initial / 60);
  const max = counted ? Math.max(10, 2 * initial) : Math.ceil((3 * initial) / step) * step;
  return { population: false, initial, min: 0, max, step, unit: criterion.unit };
}

// The population from which on the layer of cities is said to be complete.
function completePopulation(tables) {
  const sources = tables.get("sources");
  for (let row = 0; sources && row < sources.shown; row++) {
    const said = /population >= ([\d.]+)/.exec(sources.get("coverage", row) ?? "");
    if (sources.get("layer", row) === "cities" && said) return Number(said[1]);
  }
  return 0;
}

function readProfiles(tables) {
  const table = tables.get("criteria");
  const profiles = [];
  for (let row = 0; row < table.shown; row++) {
    const id = table.get("profile", row);
    let profile = profiles.find((p) => p.id === id);
    if (!profile) profiles.push((profile = { id, criteria: [] }));
    const criterion = {
      id: table.get("criterion_id", row),
      title: { en: table.get("title_en", row), ja: table.get("title_ja", row) },
      required: table.get("required", row) === 1,
      measure: table.get("measure", row) ?? "",
      comparison: table.get("comparison", row),
      threshold: table.get("threshold", row),
      unit: table.get("unit", row),
      source: table.get("source", row),
      oneThreshold: table.get("one_threshold", row) === 1,
    };
    criterion.slider = makeSlider(criterion, tables);
    profile.criteria.push(criterion);
  }
  return profiles;
}

// Names of prefectures by their code, in both languages.
function readPrefectures(tables) {
  const names = new Map();
  const table = tables.get("prefectures");
  for (let row = 0; table && row < table.shown; row++) {
    names.set(table.get("code", row), { en: table.get("name_en", row) ?? table.get("name", row), ja: table.get("name_ja", row) });
  }
  return names;
}

function readSites(tables) {
  const prefectures = readPrefectures(tables);
  const table = tables.get("sites");
  const points = table.points();
  const sites = [];
  for (let row = 0; row < table.shown; row++) {
    const name = table.get("name", row) ?? table.get("site_id", row);
    sites.push({
      row,
      id: table.get("site_id", row),
      name: { en: table.get("name_en", row) ?? name, ja: table.get("name_ja", row) ?? name },
      prefecture: { en: table.get("prefecture_name", row), ...prefectures.get(table.get("prefecture_code", row)) },
      prefectureCode: table.get("prefecture_code", row),
      at: points[row],
      motherCityPopulation: table.get("mother_city_population", row),
    });
  }
  return sites;
}

const NOTHING = { verdict: "unknown", value: null, threshold: null, margin: null, evidence: null, method: null };

// results: profile id -> site row -> one a criterion, in the order of the profile.
function readResults(tables, profiles, sites) {
  const table = tables.get("verdicts");
  const siteRow = new Map(sites.map((site) => [site.id, site.row]));
  const place = new Map();
  const results = new Map();
  for (const profile of profiles) {
    results.set(profile.id, sites.map(() => profile.criteria.map(() => NOTHING)));
    profile.criteria.forEach((criterion, i) => place.set(`${profile.id}\n${criterion.id}`, i));
  }
  for (let row = 0; row < table.shown; row++) {
    const profile = table.get("profile", row);
    const at = place.get(`${profile}\n${table.get("criterion_id", row)}`);
    const site = siteRow.get(table.get("site_id", row));
    if (at === undefined || site === undefined) continue;
    const result = { ...NOTHING };
    for (const name of ["verdict", "value", "threshold", "margin", "evidence", "method", "unit", "comparison"]) {
      result[name] = table.get(name, row);
    }
    result.low = table.has("low") ? table.get("low", row) : result.verdict === "unknown" ? null : result.value;
    result.high = table.has("high") ? table.get("high", row) : result.verdict === "unknown" ? null : result.value;
    results.get(profile)[site][at] = result;
  }
  return results;
}

export class Model {
  constructor(tables) {
    this.tables = tables;
    this.profiles = readProfiles(tables);
    this.sites = readSites(tables);
    this.results = readResults(tables, this.profiles, this.sites);
    this.links = this.readLinks();
    this.info = this.readInfo();
    this.choose(this.profiles[0].id);
  }

  readInfo() {
    const info = new Map();
    const table = this.tables.get("run_info");
    for (let row = 0; table && row < table.shown; row++) info.set(table.get("key", row), table.get("value", row));
    return info;
  }

  readLinks() {
    const table = this.tables.get("evidence_links");
    const links = new Map();
    const rings = table ? table.rings() : [];
    for (let row = 0; table && row < table.shown; row++) {
      const id = table.get("site_id", row);
      if (!links.has(id)) links.set(id, []);
      links.get(id).push({
        criterion: table.get("criterion_id", row),
        layer: table.get("feature_layer", row),
        name: table.get("feature_name", row),
        minutes: table.get("minutes", row),
        km: table.get("km", row),
        line: rings[row]?.[0] ?? [],
      });
    }
    return links;
  }

  choose(id) {
    this.profile = this.profiles.find((profile) => profile.id === id);
    this.changes = new Map();
    this.rejudge();
  }

  setThreshold(criterion, value) {
    if (value === criterion.slider.initial) this.changes.delete(criterion.id);
    else this.changes.set(criterion.id, value);
    this.rejudge();
  }

  resetThresholds() {
    this.changes = new Map();
    this.rejudge();
  }

  // Under the thresholds as they are set now; what the run itself found stays in `was`.
  rejudge() {
    const { criteria, id } = this.profile;
    this.states = this.sites.map((site) => {
      const stored = this.results.get(id)[site.row];
      const results = criteria.map((criterion, i) => judge(criterion, stored[i], site, this.changes));
      const verdict = conclude(criteria, results);
      const was = conclude(criteria, stored);
      const decides = decisive(criteria, results, verdict);
      return { site, results, verdict, was, stored, decides, closeness: this.closeness(results, verdict, decides) };
    });
  }

  // Best first: passing sites by their smallest margin, then unknown ones, then failing ones by their largest lack.
  closeness(results, verdict, decides) {
    const band = { met: 2e6, unknown: 1e6, not_met: 0 }[verdict];
    const first = decides.length > 0 ? share(results[decides[0]]) : null;
    const inside = verdict === "unknown" ? -decides.length : (first ?? -1000);
    return band + Math.max(-9e5, Math.min(9e5, inside));
  }

  flips() {
    return this.states.filter((state) => state.verdict !== state.was);
  }

  criterionFlips(index) {
    return this.states.filter((state) => state.results[index].verdict !== state.stored[index].verdict);
  }

  counts() {
    const counts = { met: 0, not_met: 0, unknown: 0 };
    for (const state of this.states) counts[state.verdict]++;
    return counts;
  }
}
