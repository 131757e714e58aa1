import { count, money, NOTHING, price, rate, short, shortMoney } from "./format.js";

const COUNTS = ["impressions", "clicks", "conversions", "invalid_impressions", "invalid_clicks", "invalid_conversions"];
const MONEY = ["spend_micros", "revenue_micros"];

export function emptySums() {
  return Object.fromEntries([...COUNTS, ...MONEY].map((name) => [name, 0]));
}

/** Adds a row of the API. Amounts of different currencies must not be added. */
export function addRow(sums, row, withMoney) {
  for (const name of withMoney ? [...COUNTS, ...MONEY] : COUNTS) {
    sums[name] += row[name];
  }
}

/** Micros per event, rounded half up as in the API. */
export function perEvent(micros, events) {
  return Math.floor((2 * micros + events) / (2 * events));
}

const invalid = (sums) => sums.invalid_impressions + sums.invalid_clicks + sums.invalid_conversions;
const counted = (name, title) => ({ name, title, rank: name, value: (sums) => sums[name], full: count, short });
const amount = (name, title) => ({ name, title, rank: name, isMoney: true, value: (sums) => sums[name], full: money, short: (micros, currency) => shortMoney(Math.round(micros), currency) });
const quotient = (name, title, part, of) => ({
  name, title, rank: of, value: (sums) => (sums[of] > 0 ? sums[part] / sums[of] : null), full: (value) => rate(value, 1), short: (value) => rate(value, 1),
});
const cost = (name, title, of, events = 1) => ({
  name, title, rank: of, isMoney: true, value: (sums) => (sums[of] > 0 ? perEvent(sums.spend_micros * events, sums[of]) : null), full: price, short: price,
});

/**
 * The metrics: value is null where it would be divided by zero; full and short format it; rank is the measure of the API
 * that ranks groups by it. Invalid events are not in the other metrics: gross is net plus invalid.
 */
export const METRICS = [
  counted("impressions", "Impressions"),
  counted("clicks", "Clicks"),
  counted("conversions", "Conversions"),
  amount("spend_micros", "Spend"),
  amount("revenue_micros", "Revenue"),
  quotient("ctr", "CTR", "clicks", "impressions"),
  quotient("cvr", "CVR", "conversions", "clicks"),
  cost("ecpm", "eCPM", "impressions", 1000),
  cost("ecpc", "eCPC", "clicks"),
  cost("ecpa", "eCPA", "conversions"),
  { ...counted("invalid_impressions", "Invalid events"), name: "invalid", value: invalid },
];

export function metric(name) {
  return METRICS.find((one) => one.name === name) ?? METRICS[0];
}

/** The sums of rows, of which money and prices are those of the rows in one currency. */
export class Figures {
  #all = emptySums();
  #own = emptySums();

  constructor(currency) {
    this.currency = currency;
  }

  add(row) {
    addRow(this.#all, row, false);
    if (row.currency === this.currency) {
      addRow(this.#own, row, true);
    }
    return this;
  }

  of(one) {
    return one.value(one.isMoney ? this.#own : this.#all);
  }

  /** Formats a metric, or a value of it. */
  text(one, value = this.of(one)) {
    return value === null || (one.isMoney && this.currency === "") ? NOTHING : one.full(value, this.currency);
  }

  /** The part of all events that is invalid. */
  get invalidShare() {
    const all = this.#all;
    const wrong = invalid(all);
    return rate(wrong, wrong + all.impressions + all.clicks + all.conversions);
  }
}

/** The currencies of rows, the one of most impressions first. */
export function currencies(rows) {
  const impressions = new Map();
  for (const row of rows) {
    if (row.currency !== "") {
      impressions.set(row.currency, (impressions.get(row.currency) ?? 0) + row.impressions);
    }
  }
  return [...impressions.keys()].sort((one, other) => impressions.get(other) - impressions.get(one) || (one < other ? -1 : 1));
}
