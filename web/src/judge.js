// Judging again under other thresholds, by the program's own rules: thresholds are inclusive, and what is known only
// within bounds stays unknown where the bounds lie on both sides.

export const VERDICTS = ["met", "not_met", "unknown"];

export function compare(low, high, comparison, threshold) {
  if (comparison === "at_least") {
    if (low !== null && low >= threshold) return "met";
    return high !== null && high < threshold ? "not_met" : "unknown";
  }
  if (high !== null && high <= threshold) return "met";
  return low !== null && low > threshold ? "not_met" : "unknown";
}

export function margin(value, comparison, threshold) {
  return comparison === "at_least" ? value - threshold : threshold - value;
}

// One criterion of one site under another threshold.
function againstThreshold(result, comparison, threshold) {
  if (result.value === null && result.verdict !== "unknown") return { ...result, threshold }; // unreachable stays so
  const verdict = compare(result.low, result.high, comparison, threshold);
  const known = verdict !== "unknown" && result.value !== null;
  return { ...result, threshold, verdict, margin: known ? margin(result.value, comparison, threshold) : null };
}

// The mother city under another population: met exactly when the largest city in reach has it.
function againstPopulation(result, population, asked, complete) {
  const shared = { ...result, unit: "persons", comparison: "at_least", threshold: asked, value: population };
  if (population !== null && population >= asked) {
    return { ...shared, verdict: "met", margin: population - asked };
  }
  const unknown = result.verdict === "unknown" || asked < complete;
  return {
    ...shared,
    verdict: unknown ? "unknown" : "not_met",
    margin: unknown || population === null ? null : population - asked,
  };
}

// `changes`: criterion id -> threshold, for those that were moved.
export function judge(criterion, result, site, changes) {
  const threshold = changes.get(criterion.id);
  if (threshold === undefined || threshold === criterion.slider?.initial) return result;
  if (criterion.slider.population) {
    return againstPopulation(result, site.motherCityPopulation, threshold, criterion.slider.complete);
  }
  return againstThreshold(result, criterion.comparison, threshold);
}

// not_met if a required criterion is not met, else unknown if one is unknown, else met.
export function conclude(criteria, results) {
  let verdict = "met";
  criteria.forEach((criterion, i) => {
    if (!criterion.required) return;
    if (results[i].verdict === "not_met") verdict = "not_met";
    if (results[i].verdict === "unknown" && verdict === "met") verdict = "unknown";
  });
  return verdict;
}

// The margin as a share of the threshold, so that minutes and persons can be set side by side; null where unknown.
export function share(result) {
  if (result.margin === null || result.margin === undefined) return null;
  return result.threshold ? result.margin / Math.abs(result.threshold) : result.margin;
}

// What holds a site where it is: of a failing site the criterion furthest from its threshold, of a passing one the
// nearest to it, else the first that is unknown.
export function decisive(criteria, results, verdict) {
  const at = criteria.map((c, i) => i).filter((i) => criteria[i].required && results[i].verdict === verdict);
  if (verdict !== "unknown") {
    at.sort((a, b) => (share(results[a]) ?? -Infinity) - (share(results[b]) ?? -Infinity));
  }
  return at;
}
