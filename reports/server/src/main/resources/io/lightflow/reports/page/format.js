const MICROS = 1_000_000n;
const LAGGING_MS = 30_000;

const whole = new Intl.NumberFormat();
const brief = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const currencies = new Map();

export const NOTHING = "–";

export function count(number) {
  return whole.format(number);
}

export function short(number) {
  return Math.abs(number) < 10_000 ? whole.format(number) : brief.format(number);
}

/** A rate of zero events is undefined. */
export function rate(part, of) {
  return of > 0 ? percent.format(part / of) : NOTHING;
}

function currencyFormat(currency, options) {
  const key = currency + JSON.stringify(options);
  if (!currencies.has(key)) {
    currencies.set(key, new Intl.NumberFormat(undefined, { style: "currency", currency, ...options }));
  }
  return currencies.get(key);
}

/** Formats integer micros as a decimal string without losing digits. */
function decimal(micros) {
  const amount = BigInt(micros);
  const size = amount < 0n ? -amount : amount;
  return (amount < 0n ? "-" : "") + size / MICROS + "." + String(size % MICROS).padStart(6, "0");
}

/** @param options options of Intl.NumberFormat in addition to the currency */
export function money(micros, currency, options = {}) {
  if (!/^[A-Za-z]{3}$/.test(currency)) {
    return decimal(micros) + (currency ? " " + currency : "");
  }
  return currencyFormat(currency, options).format(decimal(micros));
}

/** Formats the price of one event, which may be below the smallest unit of the currency. */
export function price(micros, currency) {
  return micros === null ? NOTHING : money(micros, currency, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
}

export function shortMoney(micros, currency) {
  return money(micros, currency, Math.abs(micros) < 1e10
    ? { maximumFractionDigits: Math.abs(micros) < 1e7 ? 2 : 0, minimumFractionDigits: 0 }
    : { notation: "compact", maximumFractionDigits: 1 });
}

export function timeOfDay(time) {
  return clock.format(new Date(time));
}

export function minuteOfDay(time) {
  return minute.format(new Date(time));
}

/** Formats a time, with its date unless that is today. */
export function moment(time, now) {
  const date = new Date(time);
  return new Date(now).toDateString() === date.toDateString() ? timeOfDay(date) : day.format(date) + " " + timeOfDay(date);
}

const zoned = new Map();

/** Formats a time with its date in a time zone. Steps of days have no time. */
export function momentIn(time, zone, step) {
  const key = zone + " " + (step === "day");
  if (!zoned.has(key)) {
    zoned.set(key, new Intl.DateTimeFormat(undefined, { timeZone: zone, dateStyle: "medium", ...(step === "day" ? {} : { timeStyle: "short", hourCycle: "h23" }) }));
  }
  return zoned.get(key).format(new Date(time));
}

export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) {
    return seconds + " s";
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) {
    return minutes + " min";
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? hours + " h" : Math.floor(hours / 24) + " days";
}

/** Describes how complete figures are. */
export class AsOf {
  /** @param asOf as_of of a response, or a shard */
  constructor(asOf, now) {
    this.watermark = asOf.watermark;
    this.behindMs = asOf.behind_ms;
    this.now = now;
  }

  get isLagging() {
    return this.behindMs === null || this.behindMs > LAGGING_MS;
  }

  get words() {
    return this.watermark === null
      ? "no figures are complete yet: a shard has counted nothing"
      : "complete up to " + moment(this.watermark, this.now) + ", " + span(this.behindMs) + " behind";
  }

  /** Writes the description into a node, and marks lagging figures. */
  into(node) {
    const text = (this.isLagging ? "Lagging: " : "") + this.words;
    if (node.textContent !== text) {
      node.textContent = text;
    }
    node.classList.toggle("lagging", this.isLagging);
    node.title = this.watermark ?? "";
  }
}

/** Says whether figures are final, and otherwise up to when. */
export function markFinal(node, asOf, now) {
  const state = new AsOf(asOf, now);
  const text = asOf.complete ? "All events of this range are counted" : "Not final: " + state.words;
  if (node.textContent !== text) {
    node.textContent = text;
  }
  node.classList.toggle("lagging", !asOf.complete && state.isLagging);
  node.title = asOf.watermark ?? "";
}
