import { el, keyed, Panel, row, setText, show, table } from "./dom.js";
import { AsOf, count, minuteOfDay, money, moment, NOTHING, price, rate, short, shortMoney } from "./format.js";
import { LineChart } from "./chart.js";
import { addRow, emptySums, perEvent } from "./figures.js";

const MINUTES = 60;
const MINUTE_MS = 60_000;
const COLUMNS = [
  { title: "Minute", isName: true },
  { title: "Impressions", numeric: true },
  { title: "Clicks", numeric: true },
  { title: "Conversions", numeric: true },
  { title: "Spend", numeric: true },
];

/** Shows the last hour of one campaign: its minutes, and the funnel from impression to conversion. */
export class DetailPanel extends Panel {
  #api;
  #campaign = null;
  #currency = "";
  #charts = null;
  #funnel;
  #figures;
  #minutes;

  constructor(api) {
    super("detail");
    this.#api = api;
    this.#funnel = el("ol", { className: "funnel", "aria-label": "From impression to conversion, in the last hour" });
    this.#figures = el("dl", { className: "figures" });
    this.plots = el("div", { className: "plots" });
    const { node, body } = table("The last hour by minute, newest first", COLUMNS);
    this.#minutes = body;
    this.body.replaceChildren(
      this.#funnel,
      this.#figures,
      this.plots,
      el("details", {}, el("summary", { textContent: "Figures by minute, as a table" }),
        el("div", { className: "scroll", role: "region", "aria-label": "By minute", tabIndex: 0 }, node)));
  }

  /** @param budget the campaign's budget, or only its id, or null */
  show(budget) {
    const campaign = budget?.campaign ?? null;
    if (campaign !== this.#campaign || (budget?.currency ?? "") !== this.#currency) {
      this.#campaign = campaign;
      this.#currency = budget?.currency ?? "";
      this.#clear();
      this.empty(campaign === null ? "Select a campaign to see its last hour." : "Loading …");
      setText(this.asOfNode, "");
    }
    setText(document.getElementById("detail-title"), budget === null ? "Campaign" : (budget.name ?? budget.campaign) + ": last hour");
  }

  async refresh() {
    const campaign = this.#campaign;
    if (campaign === null) {
      return;
    }
    const to = Math.ceil(this.#api.now() / MINUTE_MS) * MINUTE_MS;
    const from = to - MINUTES * MINUTE_MS;
    const series = await this.#api.get("v1/campaigns/" + encodeURIComponent(campaign) + "/series", {
      from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: "minute",
    });
    if (campaign !== this.#campaign) {
      return;
    }
    const asOf = new AsOf(series.as_of, this.#api.now());
    asOf.into(this.asOfNode);
    if (series.rows.length === 0) {
      this.empty("This campaign had no events in the last hour.");
      return;
    }
    const hour = new Hour(series.rows, from, to, this.#currency, asOf);
    this.full();
    this.#showFunnel(hour.sums);
    this.#showFigures(hour);
    this.#showCharts(hour);
    keyed(this.#minutes, [...hour.minutes].reverse(), (one) => one.time, () => row(COLUMNS), (node, one) => {
      [moment(one.time, this.#api.now()).slice(0, -3), count(one.impressions), count(one.clicks), count(one.conversions),
        hour.currency ? money(one.spend_micros, hour.currency) : NOTHING]
        .forEach((text, place) => setText(node.children[place], text));
    });
  }

  #showFunnel(sums) {
    const steps = [
      { name: "Impressions", figure: sums.impressions, rate: "" },
      { name: "Clicks", figure: sums.clicks, rate: "CTR " + rate(sums.clicks, sums.impressions) },
      { name: "Conversions", figure: sums.conversions, rate: "CVR " + rate(sums.conversions, sums.clicks) },
    ];
    keyed(this.#funnel, steps, (step) => step.name, () => el("li", {},
      el("span", { className: "rate" }), el("span", { className: "figure" }), el("span", { className: "quiet" })), (node, step) => {
      setText(node.children[0], step.rate);
      show(node.children[0], step.rate !== "");
      setText(node.children[1], count(step.figure));
      setText(node.children[2], step.name);
    });
  }

  #showFigures(hour) {
    const figures = [...hour.money].flatMap(([currency, sums]) => {
      const per = (events, thousand = 1n) => price(events > 0 ? perEvent(sums.spend_micros * Number(thousand), events) : null, currency);
      const suffix = hour.money.size > 1 ? " in " + currency : "";
      return [
        ["Spend" + suffix, money(sums.spend_micros, currency)],
        ["Revenue" + suffix, money(sums.revenue_micros, currency)],
        ["eCPM" + suffix, per(sums.impressions, 1000n)],
        ["eCPC" + suffix, per(sums.clicks)],
        ["eCPA" + suffix, per(sums.conversions)],
      ];
    });
    const invalid = hour.sums.invalid_impressions + hour.sums.invalid_clicks + hour.sums.invalid_conversions;
    figures.push(["Invalid events", count(invalid)]);
    keyed(this.#figures, figures, ([name]) => name, () => el("div", {}, el("dt"), el("dd")), (node, [name, text]) => {
      setText(node.children[0], name);
      setText(node.children[1], text);
    });
  }

  #showCharts(hour) {
    if (this.#charts === null) {
      const common = { height: 168, time: minuteOfDay, stepped: 60, sync: "minutes" };
      this.#charts = {
        impressions: new LineChart(this.plots, { ...common, title: "Impressions per minute", color: "--line-1", full: count, short }),
        clicks: new LineChart(this.plots, { ...common, title: "Clicks per minute", color: "--line-2", full: count, short }),
        spend_micros: new LineChart(this.plots, {
          ...common,
          title: "Spend per minute",
          color: "--line-3",
          full: (micros) => money(micros, hour.currency),
          short: (micros) => shortMoney(Math.round(micros), hour.currency),
        }),
      };
    }
    const times = hour.minutes.map((one) => one.time / 1000);
    for (const [name, chart] of Object.entries(this.#charts)) {
      const write = name === "spend_micros" ? (micros) => money(micros, hour.currency) : count;
      const figures = hour.minutes.map((one) => one[name]);
      chart.set(times, figures, hour.watermark, "in the last hour " + write(hour.sums[name]) + " in total, at most "
        + write(Math.max(...figures)) + " per minute. The table below has all figures.");
    }
  }

  #clear() {
    Object.values(this.#charts ?? {}).forEach((chart) => chart.close());
    this.#charts = null;
    this.plots.replaceChildren();
  }

  close() {
    this.#clear();
  }
}

/** The rows of an hour, one for each minute, and their sums. Money is in the campaign's currency; other currencies are listed separately. */
class Hour {
  constructor(rows, from, to, ownCurrency, asOf) {
    this.watermark = asOf.watermark === null ? null : Date.parse(asOf.watermark) / 1000;
    this.money = new Map();
    const others = new Set(rows.map((one) => one.currency).filter((currency) => currency !== ""));
    this.currency = ownCurrency || ([...others][0] ?? "");
    if (this.currency !== "") {
      this.money.set(this.currency, emptySums());
    }
    this.sums = emptySums();
    this.minutes = [];
    for (let time = from; time < to; time += MINUTE_MS) {
      this.minutes.push({ time, ...emptySums() });
    }
    for (const one of rows) {
      const isOwn = one.currency === this.currency;
      const minute = this.minutes[Math.floor((Date.parse(one.time) - from) / MINUTE_MS)];
      for (const sums of [minute, this.sums]) {
        addRow(sums, one, isOwn);
      }
      if (one.currency !== "") {
        if (!this.money.has(one.currency)) {
          this.money.set(one.currency, emptySums());
        }
        addRow(this.money.get(one.currency), one, true);
      }
    }
  }
}
