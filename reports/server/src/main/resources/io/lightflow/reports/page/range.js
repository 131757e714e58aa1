import { address } from "./address.js";
import { el, setAttribute, setText, show } from "./dom.js";
import { isZone, toClock, toMoment } from "./wallclock.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT = "24h";

/** Ranges that end now: a length in hours, or whole days before today. The previous range is as many days or hours before. */
const RANGES = [
  { name: "1h", title: "Last hour", hours: 1 },
  { name: "6h", title: "Last 6 hours", hours: 6 },
  { name: "24h", title: "Last 24 hours", hours: 24 },
  { name: "today", title: "Today", days: 1 },
  { name: "7d", title: "Last 7 days", days: 7 },
  { name: "30d", title: "Last 30 days", days: 30 },
  { name: "90d", title: "Last 90 days", days: 90 },
];

const STEPS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/** A range of time, in whole minutes. */
export class Range {
  /** @param from and to in milliseconds */
  constructor(from, to, zone, step) {
    this.from = from;
    this.to = to;
    this.zone = zone;
    this.step = step;
  }

  /** The parameters of the API. */
  get parameters() {
    return { from: new Date(this.from).toISOString(), to: new Date(this.to).toISOString() };
  }

  get stepParameters() {
    return { ...this.parameters, step: this.step, time_zone: this.zone };
  }

  get stepMs() {
    return STEPS[this.step];
  }

  /** The beginnings of the steps, in milliseconds. The first one may be before the range. */
  get starts() {
    const starts = [];
    if (this.step !== "day") {
      for (let at = Math.floor(this.from / this.stepMs) * this.stepMs; at < this.to; at += this.stepMs) {
        starts.push(at);
      }
      return starts;
    }
    let day = midnight(this.from, this.zone);
    for (let at = ms(day, this.zone); at < this.to; at = ms(day, this.zone)) {
      starts.push(at);
      day = plusDays(day, 1);
    }
    return starts;
  }

  #moved(by) {
    return new Range(by(this.from), by(this.to), this.zone, this.step);
  }

  earlierByDays(days) {
    return this.#moved((at) => ms(plusDays(clock(at, this.zone), -days), this.zone));
  }

  earlierBy(length) {
    return this.#moved((at) => at - length);
  }
}

const clock = (at, zone) => toClock(new Date(at).toISOString(), zone).slice(0, 16);
const midnight = (at, zone) => clock(at, zone).slice(0, 10) + "T00:00";
const ms = (text, zone) => Date.parse(toMoment(text, zone));
const plusDays = (text, days) => new Date(Date.parse(text + "Z") + days * DAY_MS).toISOString().slice(0, 16);

function stepOf(length) {
  return length <= 6 * HOUR_MS ? "minute" : length <= 8 * DAY_MS ? "hour" : "day";
}

function ranged(from, to, zone) {
  return new Range(from, to, zone, stepOf(to - from));
}

/** Lets people choose a range of time. The address has the choice. */
export class RangePicker {
  #now;
  #choice = el("select", {}, ...RANGES.map(({ name, title }) => el("option", { value: name, textContent: title })),
    el("option", { value: "custom", textContent: "Other …" }));
  #from = el("input", { type: "datetime-local" });
  #to = el("input", { type: "datetime-local" });
  #zone = el("input", { autocomplete: "off", spellcheck: false, size: 18 });
  #custom;
  #error = el("p", { className: "error", role: "alert", hidden: true });

  /** @param now returns the time in milliseconds */
  constructor(host, now) {
    this.#now = now;
    const zones = el("datalist", { id: "zones" }, ...["UTC", ...Intl.supportedValuesOf("timeZone")].map((value) => el("option", { value })));
    setAttribute(this.#zone, "list", "zones");
    this.#custom = el("span", { className: "choices" }, labelled("From", this.#from), labelled("to", this.#to));
    const out = el("button", { type: "button", textContent: "Zoom out" });
    host.replaceChildren(el("div", { className: "choices" },
      labelled("Range", this.#choice), this.#custom, labelled("Time zone", this.#zone), zones, out), this.#error);
    this.#choice.addEventListener("change", () => this.#choose());
    for (const input of [this.#from, this.#to]) {
      input.addEventListener("change", () => this.#typed());
    }
    this.#zone.addEventListener("change", () => this.#zoned());
    out.addEventListener("click", () => this.#zoomOut());
  }

  /** The range and the previous one. Shows the choice of the address. */
  read() {
    const { range, before, name } = chosen(this.#now());
    this.#choice.value = name;
    show(this.#custom, name === "custom");
    this.#from.value = clock(range.from, range.zone);
    this.#to.value = clock(range.to, range.zone);
    this.#zone.value = range.zone;
    this.#fail("");
    return { range, before };
  }

  /** Whether the range ends now. */
  get isRelative() {
    return address.get("from") === null;
  }

  /** Shows a range of the chart. */
  zoom(from, to) {
    const start = Math.floor(from / MINUTE_MS) * MINUTE_MS;
    this.#setBounds(start, Math.max(start + MINUTE_MS, Math.ceil(to / MINUTE_MS) * MINUTE_MS));
  }

  #zoomOut() {
    const { range } = chosen(this.#now());
    const half = Math.round((range.to - range.from) / 2 / MINUTE_MS) * MINUTE_MS;
    this.#setBounds(range.from - half, range.to + half);
  }

  #setBounds(from, to) {
    const { zone } = chosen(this.#now()).range;
    address.set({ range: null, from: clock(from, zone), to: clock(to, zone) });
  }

  #choose() {
    if (this.#choice.value === "custom") {
      const { range } = chosen(this.#now());
      this.#setBounds(range.from, range.to);
      this.#from.focus();
    } else {
      address.set({ range: this.#choice.value, from: null, to: null });
    }
  }

  #typed() {
    const [from, to] = [this.#from.value, this.#to.value];
    this.#fail(from === "" || to === "" || from >= to ? "The range must end after its beginning." : "");
    if (this.#error.hidden) {
      address.set({ range: null, from: from.slice(0, 16), to: to.slice(0, 16) });
    }
  }

  #zoned() {
    const zone = this.#zone.value.trim();
    this.#fail(isZone(zone) ? "" : "This browser knows no time zone " + zone + ".");
    if (this.#error.hidden) {
      address.set({ zone });
    }
  }

  #fail(message) {
    setText(this.#error, message);
    show(this.#error, message !== "");
  }
}

function labelled(text, control) {
  return el("label", {}, text + " ", control);
}

function chosen(now) {
  const named = address.get("zone");
  const zone = named !== null && isZone(named) ? named : Intl.DateTimeFormat().resolvedOptions().timeZone;
  const to = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  const [first, last] = [address.get("from"), address.get("to")];
  if (first !== null && last !== null) {
    const range = ranged(ms(first, zone), ms(last, zone), zone);
    if (range.from < range.to) {
      const isOfDays = first.endsWith("T00:00") && last.endsWith("T00:00");
      const days = Math.round((Date.parse(last + "Z") - Date.parse(first + "Z")) / DAY_MS);
      return { range, before: isOfDays ? range.earlierByDays(days) : range.earlierBy(range.to - range.from), name: "custom" };
    }
  }
  const { name, hours, days } = RANGES.find((one) => one.name === address.get("range")) ?? RANGES.find((one) => one.name === DEFAULT);
  if (hours !== undefined) {
    const range = ranged(to - hours * HOUR_MS, to, zone);
    return { range, before: range.earlierBy(hours * HOUR_MS), name };
  }
  const from = ms(plusDays(midnight(to - 1, zone), 1 - days), zone);
  const range = new Range(from, to, zone, days === 1 ? "hour" : stepOf(days * DAY_MS));
  return { range, before: range.earlierByDays(days), name };
}
