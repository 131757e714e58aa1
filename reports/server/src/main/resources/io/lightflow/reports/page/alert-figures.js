/** The units in which people write thresholds, and what they are multiplied by for the API. */
const COUNT = { factor: 1, suffix: "" };
const PERCENT = { factor: 0.01, suffix: " %" };
const MONEY = { factor: 1e6, suffix: "" };
const MINUTES = { factor: 60, suffix: " min" };

const statistics = (name, title, unit) => ({ name, title, unit, source: "statistics" });

/** All figures of rules, in the order of the form. */
export const FIGURES = [
  { name: "total_budget_spent", title: "Total budget spent", unit: PERCENT, source: "budgets" },
  { name: "daily_budget_spent", title: "Daily budget spent", unit: PERCENT, source: "budgets" },
  { name: "goal_delivered", title: "Goal delivered", unit: PERCENT, source: "budgets" },
  { name: "silence_seconds", title: "Time without events", unit: MINUTES, source: "silence" },
  statistics("impressions", "Impressions", COUNT),
  statistics("clicks", "Clicks", COUNT),
  statistics("conversions", "Conversions", COUNT),
  statistics("ctr", "CTR", PERCENT),
  statistics("cvr", "CVR", PERCENT),
  statistics("spend_micros", "Spend", MONEY),
  statistics("revenue_micros", "Revenue", MONEY),
  statistics("ecpm_micros", "eCPM", MONEY),
  statistics("ecpc_micros", "eCPC", MONEY),
  statistics("ecpa_micros", "eCPA", MONEY),
  statistics("invalid_impressions", "Invalid impressions", COUNT),
  statistics("invalid_clicks", "Invalid clicks", COUNT),
  statistics("invalid_conversions", "Invalid conversions", COUNT),
  { name: "lag_seconds", title: "Statistics lag", unit: MINUTES, source: "platform" },
  { name: "certificate_differences", title: "Differences of certificates", unit: COUNT, source: "platform" },
];

export const figure = (name) => FIGURES.find((one) => one.name === name);

/** A share of the previous period is a percentage, whatever the figure is. */
export function unit(name, comparedWith) {
  return comparedWith === "previous_period" ? PERCENT : figure(name).unit;
}

/** A number of the API, as people write it. */
export function fromNumber(value, { factor }) {
  return value === null || value === undefined ? "" : String(Number((value / factor).toPrecision(12)));
}

/** @returns a number for the API; null for an empty string; the text itself if it is not a number */
export function toNumber(text, { factor }) {
  return text === "" ? null : /^\d+(\.\d+)?$/.test(text) ? Number((Number(text) * factor).toPrecision(12)) : text;
}

export function amount(value, { factor, suffix }) {
  return value === null ? "–" : (value / factor).toLocaleString("en", { maximumFractionDigits: 3 }) + suffix;
}

/** The condition of a rule as a sentence. */
export function words(rule) {
  const one = figure(rule.figure);
  const scale = unit(rule.figure, rule.compared_with);
  const filters = Object.entries(rule.filter).map(([name, values]) => name.replace("_", " ") + " " + values.join(", "));
  return one.title
    + (filters.length === 0 ? "" : " of " + filters.join("; "))
    + (rule.window_minutes === null ? "" : " over " + rule.window_minutes + " min")
    + (rule.is === "at_least" ? " at or above " : " at or below ") + amount(rule.threshold, scale)
    + (rule.compared_with === "previous_period" ? " of the previous period" : "")
    + (rule.hold_minutes === 0 ? "" : " for " + rule.hold_minutes + " min");
}

/** Templates of new rules. */
export const TEMPLATES = [
  {
    title: "A budget is used to 90 %",
    rule: { name: "Budget at 90 %", figure: "total_budget_spent", is: "at_least", threshold: 0.9, resolve_threshold: 0.85 },
  },
  {
    title: "The CTR is halved",
    rule: {
      name: "CTR halved", figure: "ctr", compared_with: "previous_period", is: "at_most", threshold: 0.5, resolve_threshold: 0.7,
      window_minutes: 60, minimum_impressions: 1000,
    },
  },
  { title: "No events for 5 minutes", rule: { name: "No events for 5 minutes", figure: "silence_seconds", is: "at_least", threshold: 300, resolve_threshold: 120 } },
  {
    title: "A certificate failed", isForAll: true,
    rule: { name: "Certificate failed", figure: "certificate_differences", is: "at_least", threshold: 1, window_minutes: 1440 },
  },
  { title: "Something else", rule: {} },
];
