import { enter, logOut, say } from "./account.js";
import { address } from "./address.js";
import { BarChart, LineChart } from "./chart.js";
import { el, keyed, Panel, save } from "./dom.js";
import { Figures, METRICS, metric } from "./figures.js";
import { count, markFinal, momentIn } from "./format.js";
import { InvalidTrafficPanel } from "./invalid-traffic.js";
import { pivotTable, sparklines, sparklineTable } from "./pivot.js";
import { Range, RangePicker } from "./range.js";
import { SavedViews } from "./saved-views.js";

const DIMENSIONS = ["campaign", "creative", "advertiser", "exchange", "publisher", "country", "region", "device", "browser", "operating_system", "data_center"];
const DEFAULT_TOP = 10;
const MAX_SHOWN = 500;
/** A pivot groups the rows once more, so it needs many. */
const PIVOT_TOP = 1000;
/** Groups that have a small line. */
const MAX_LINES = 100;
const MAX_BARS = 30;
const byId = (id) => document.getElementById(id);
const title = (dimension) => dimension.replace("_", " ");

/** Small lines have the days of UTC: those of another time zone are added up of hours, which takes longer. */
const lineRange = (range) => new Range(range.from, range.to, "UTC", range.step);

/** The choices of the address, and of the controls. */
class Question {
  constructor() {
    byId("metric").replaceChildren(...METRICS.map((one) => el("option", { value: one.name, textContent: one.title })));
    byId("filter-dimension").replaceChildren(...[...DIMENSIONS, "currency"].map((name) => el("option", { value: name, textContent: title(name) })));
    for (const number of [1, 2, 3]) {
      byId("by-" + number).replaceChildren(el("option", { value: "", textContent: "–" }),
        ...DIMENSIONS.map((name) => el("option", { value: name, textContent: title(name) })));
      byId("by-" + number).addEventListener("change", () => address.set({ by: this.#chosenDimensions() }));
    }
    for (const name of ["metric", "step", "display"]) {
      byId(name).addEventListener("change", (event) => address.set({ [name]: event.target.value || null }));
    }
    byId("top").addEventListener("change", (event) => address.set({ top: event.target.value || null }));
    byId("filter-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.filter(byId("filter-dimension").value, byId("filter-value").value.trim());
      byId("filter-value").value = "";
    });
  }

  #chosenDimensions() {
    const chosen = [...new Set([1, 2, 3].map((number) => byId("by-" + number).value).filter((name) => name !== ""))];
    return chosen.length === 0 ? ["none"] : chosen;
  }

  filter(dimension, value) {
    address.set({ filter: [...new Set([...address.all("filter"), dimension + ":" + value])] });
  }

  get metric() {
    return metric(address.get("metric"));
  }

  /** Campaigns without a choice. */
  get by() {
    const named = address.all("by");
    return named.length === 0 ? ["campaign"] : named.filter((name) => DIMENSIONS.includes(name));
  }

  get step() {
    return address.get("step") ?? "";
  }

  get top() {
    return Number(address.get("top") ?? DEFAULT_TOP);
  }

  /** Rows, pivot or lines. A pivot needs a dimension for its columns, or steps. */
  get display() {
    const display = address.get("display") ?? "";
    return display === "pivot" && this.by.length < (this.step === "" ? 2 : 1) ? "" : display;
  }

  /** The step of the request: lines need one. */
  #stepOf(range) {
    return this.step === "" && this.display === "lines" ? range.step : this.step;
  }

  show() {
    byId("metric").value = this.metric.name;
    byId("step").value = this.step;
    byId("display").value = address.get("display") ?? "";
    byId("top").value = this.top;
    [1, 2, 3].forEach((number) => { byId("by-" + number).value = this.by[number - 1] ?? ""; });
    keyed(byId("filters"), address.all("filter"), (one) => one, (one) => {
      const remove = el("button", { type: "button", textContent: "×", "aria-label": "Remove the filter " + one });
      remove.addEventListener("click", () => address.set({ filter: address.all("filter").filter((other) => other !== one) }));
      return el("li", {}, el("span", { textContent: one.replace("_", " ").replace(":", ": ") }), remove);
    }, () => {});
  }

  /** The parameters of the API, as pairs. */
  parameters(range) {
    return this.#parameters(range, this.#stepOf(range), this.display === "pivot" ? PIVOT_TOP : this.top);
  }

  /** Those of small lines beside rows of the whole range; null for other rows. */
  lineParameters(range) {
    return this.display === "" && this.step === "" ? this.#parameters(lineRange(range), range.step, Math.min(this.top, MAX_LINES)) : null;
  }

  #parameters(range, step, top) {
    return [
      ...Object.entries(step === "" ? range.parameters : { ...range.stepParameters, step }),
      ...(this.by.length === 0 ? [] : [["by", this.by.join(",")]]),
      ["top", top],
      ["metric", this.metric.rank],
      ...address.all("filter").map((one) => ["filter", one]),
    ];
  }
}

/** The answer, as a chart and as a table. */
class ResultPanel extends Panel {
  #api;
  #question;
  #chartNode = el("div", { id: "chart" });
  #tableNode = el("div", { className: "scroll wide", role: "region", "aria-label": "Rows of the result", tabIndex: 0 });
  #chart = null;
  /** The cells for small lines, with the rows that they belong to. */
  #lineCells = [];

  constructor(api, question) {
    super("result");
    this.#api = api;
    this.#question = question;
    this.body.replaceChildren(this.#chartNode, this.#tableNode);
  }

  set(answer, range) {
    markFinal(this.asOfNode, answer.as_of, this.#api.now());
    this.close();
    if (answer.rows.length === 0) {
      this.empty("There were no such events in this range.");
      return;
    }
    this.full();
    if (this.#question.display !== "") {
      this.#tableNode.replaceChildren(...this.#special(answer, range));
      return;
    }
    const rows = answer.rows.map((one) => ({ one, figures: new Figures(one.currency).add(one), names: answer.by.map((name, place) => nameOf(one, name, place)) }));
    if (answer.step === null) {
      this.#bars(rows);
    } else if (answer.by.length === 0) {
      this.#line(rows, range, answer);
    }
    this.#table(rows, answer, range);
  }

  #special(answer, range) {
    const options = { one: this.#question.metric, title, top: this.#question.top };
    return this.#question.display === "pivot"
      ? pivotTable(answer, { ...options, time: (at) => momentIn(Date.parse(at), range.zone, answer.step) })
      : sparklineTable(answer, { ...options, starts: new Range(range.from, range.to, range.zone, answer.step).starts });
  }

  #bars(rows) {
    const one = this.#question.metric;
    const shown = rows.slice(0, MAX_BARS);
    this.#chart = new BarChart(this.#chartNode, {
      title: one.title + (one.rank === one.name ? "" : ", groups by " + metric(one.rank).title.toLowerCase()) + (shown.length < rows.length ? ", first " + MAX_BARS : ""),
      bars: shown.map(({ figures, names }) => ({
        name: [...names.filter((name) => name !== ""), ...(one.isMoney ? [figures.currency] : [])].join(" · ") || "all", value: figures.of(one) ?? -1, text: figures.text(one),
      })),
    });
  }

  #line(rows, range, answer) {
    const one = this.#question.metric;
    const currency = rows[0].figures.currency;
    const points = rows.filter((row) => row.figures.currency === currency).map((row) => [Date.parse(row.one.time) / 1000, row.figures.of(one)]);
    this.#chart = new LineChart(this.#chartNode, {
      title: one.title + " by " + answer.step + (currency === "" ? "" : " of events in " + currency),
      color: "--line-1",
      full: (value) => rows[0].figures.text(one, value),
      short: (value) => one.short(value, currency),
      time: (at) => momentIn(at, range.zone, answer.step),
      axis: answer.step === "day" ? "{MMM} {D}" : "{MMM} {D} {HH}:{mm}",
      zone: range.zone,
      height: 200,
    });
    this.#chart.set(points.map(([time]) => time), points.map(([, value]) => value), answer.as_of.watermark === null ? null : Date.parse(answer.as_of.watermark) / 1000,
      count(points.length) + " steps. The table below has all figures.");
  }

  #table(rows, answer, range) {
    const chosen = this.#question.metric;
    this.#lineCells = [];
    const head = [
      ...(answer.step === null ? [] : [el("th", { scope: "col", textContent: "Time" })]),
      ...answer.by.map((name) => el("th", { scope: "col", textContent: title(name) })),
      el("th", { scope: "col", textContent: "Currency" }),
      ...(answer.step === null ? [el("th", { scope: "col", textContent: chosen.title + " by " + range.step })] : []),
      ...METRICS.map((one) => el("th", { scope: "col", className: "numeric" + (one === chosen ? " chosen" : ""), textContent: one.title })),
    ];
    this.#tableNode.replaceChildren(el("table", {},
      el("caption", { className: "unseen", textContent: "Rows of the result" }),
      el("thead", {}, el("tr", {}, ...head)),
      el("tbody", {}, ...rows.slice(0, MAX_SHOWN).map(({ one, figures, names }) => el("tr", {},
        ...(answer.step === null ? [] : [el("td", { textContent: momentIn(Date.parse(one.time), range.zone, answer.step) })]),
        ...answer.by.map((name, place) => el("td", {}, this.#drill(one, name, names[place]))),
        el("td", { textContent: figures.currency }),
        ...(answer.step === null ? [this.#lineCell(one)] : []),
        ...METRICS.map((each) => el("td", { className: "numeric" + (each === chosen ? " chosen" : ""), textContent: figures.text(each) })))))));
    if (rows.length > MAX_SHOWN) {
      this.#tableNode.append(el("p", { className: "quiet", textContent: "The first " + MAX_SHOWN + " of " + count(rows.length) + " rows. A download has all." }));
    }
  }

  #lineCell(row) {
    const cell = el("td");
    this.#lineCells.push({ cell, row });
    return cell;
  }

  /** Adds small lines to the rows of the whole range. */
  addLines(answer, range) {
    const lineOf = sparklines(answer, this.#question.metric, lineRange(range).starts);
    for (const { cell, row } of this.#lineCells) {
      const line = lineOf(row);
      cell.replaceChildren(...(line === null ? [] : [line]));
    }
  }

  /** A value filters by itself. */
  #drill(one, name, text) {
    if (one[name] === null || address.all("filter").includes(name + ":" + one[name])) {
      return text;
    }
    const button = el("button", { type: "button", className: "open", textContent: text, title: "Filter by " + title(name) + " " + text });
    button.addEventListener("click", () => this.#question.filter(name, one[name]));
    return button;
  }

  close() {
    this.#chart?.close();
    this.#chart = null;
    this.#chartNode.replaceChildren();
  }
}

function nameOf(row, dimension, place) {
  return row[dimension] === null ? (place === 0 ? "other (" + count(row.groups) + ")" : "") : row[dimension] === "" ? "(none)" : row[dimension];
}

class Exploration {
  #api;
  #picker;
  #question = new Question();
  #result;
  #views;
  #invalidTraffic;
  #reads = 0;
  #listeners = new AbortController();

  constructor(api) {
    this.#api = api;
    this.#picker = new RangePicker(byId("range"), () => api.now());
    this.#result = new ResultPanel(api, this.#question);
    this.#views = new SavedViews(byId("views"), api, "explore", say);
    const signal = this.#listeners.signal;
    this.#invalidTraffic = new InvalidTrafficPanel(api, title, signal);
    window.addEventListener("hashchange", async () => {
      await this.#views.followAddress();
      await this.refresh();
    }, { signal });
    byId("download").addEventListener("change", (event) => {
      const format = event.target.value;
      event.target.value = "";
      this.#download(format);
    }, { signal });
  }

  async start() {
    await this.#views.start();
    await this.refresh();
  }

  async refresh() {
    const read = ++this.#reads;
    const { range } = this.#picker.read();
    this.#question.show();
    this.#invalidTraffic.ask(range, this.#question.by, address.all("filter"));
    await this.#attempt(async () => {
      const answer = await this.#api.get("v1/explore", this.#question.parameters(range));
      if (read !== this.#reads) {
        return;
      }
      this.#result.set(answer, range);
      const parameters = this.#question.lineParameters(range);
      if (parameters !== null && answer.rows.length > 0) {
        const lines = await this.#api.get("v1/explore", parameters);
        if (read === this.#reads) {
          this.#result.addLines(lines, range);
        }
      }
    }, () => read === this.#reads);
  }

  async #download(format) {
    await this.#attempt(async () => {
      const parameters = [...this.#question.parameters(this.#picker.read().range), ["format", format]];
      save(await this.#api.file("v1/explore", parameters), "explore." + format);
    }, () => true);
  }

  async #attempt(action, isCurrent) {
    try {
      await action();
    } catch (problem) {
      if (problem.status === 401) {
        logOut("The token is no longer valid. Log in again.");
      } else if (isCurrent() && !this.#api.isClosed) {
        this.#result.failed(problem);
      }
    }
  }

  close() {
    this.#listeners.abort();
    this.#api.close();
    this.#result.close();
  }
}

let exploration = null;

enter({
  open: (api) => {
    exploration = new Exploration(api);
    return exploration.start();
  },
  close: () => exploration?.close(),
});
