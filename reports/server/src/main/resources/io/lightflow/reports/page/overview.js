import { enter, logOut } from "./account.js";
import { address } from "./address.js";
import { LineChart } from "./chart.js";
import { el, keyed, Panel, row, setText, show, table } from "./dom.js";
import { currencies, Figures, METRICS, metric } from "./figures.js";
import { markFinal, momentIn, NOTHING } from "./format.js";
import { RangePicker } from "./range.js";

const REFRESH_MS = 60_000;
const MAX_GROUPS = 1_000;
const SHOWN_CHANGES = 10;
const CHARTS = ["impressions", "clicks", "conversions", "spend_micros", "ctr", "ecpm"];
const byId = (id) => document.getElementById(id);

/** The rows of a range, summed by step and altogether. */
class Sums {
  constructor(rows, range, currency) {
    this.total = new Figures(currency);
    this.steps = new Map(range.starts.map((start) => [start, new Figures(currency)]));
    for (const one of rows) {
      this.total.add(one);
      const start = Date.parse(one.time);
      if (!this.steps.has(start)) {
        this.steps.set(start, new Figures(currency));
      }
      this.steps.get(start).add(one);
    }
  }

  /** The values of a metric, step by step. */
  values(one) {
    return [...this.steps].sort(([first], [second]) => first - second).map(([, figures]) => figures.of(one));
  }

  get times() {
    return [...this.steps.keys()].sort((first, second) => first - second).map((start) => start / 1000);
  }
}

function change(now, before) {
  return now === null || before === null || before === 0 ? "" : signed((now - before) / before);
}

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
const signed = (share) => percent.format(share);

/** The figures of a range, each beside that of the previous range, and their charts. */
class FiguresPanel extends Panel {
  #api;
  #picker;
  #tiles = el("dl", { className: "tiles" });
  #plots = el("div", { className: "plots grid" });
  #charts = [];
  #shape = "";

  constructor(api, picker) {
    super("overview");
    this.#api = api;
    this.#picker = picker;
    this.body.replaceChildren(this.#tiles, this.#plots,
      el("p", { className: "quiet hint", textContent: "Solid: this range. Dashed: the previous range. Drag over a chart to zoom in. The shaded part may still grow." }));
  }

  set(now, before, range, earlier, currency) {
    markFinal(this.asOfNode, now.as_of, this.#api.now());
    if (now.rows.length === 0 && before.rows.length === 0) {
      this.empty("There were no events in this range, nor in the previous one.");
      return;
    }
    this.full();
    const [sums, old] = [new Sums(now.rows, range, currency), new Sums(before.rows, earlier, currency)];
    keyed(this.#tiles, METRICS, (one) => one.name, () => el("div", {}, el("dt"), el("dd", { className: "figure" }), el("dd", { className: "quiet" })), (node, one) => {
      const [title, figure, difference] = node.children;
      setText(title, one.title);
      setText(figure, sums.total.text(one));
      const moved = change(sums.total.of(one), old.total.of(one));
      const share = one.name === "invalid" ? sums.total.invalidShare + " of all; " : "";
      setText(difference, share + (moved === "" ? "" : moved + " from ") + old.total.text(one));
    });
    this.#draw(sums, old, range, currency, now.as_of.watermark);
  }

  #draw(sums, old, range, currency, watermark) {
    const shape = [range.step, range.zone, currency].join(" ");
    if (shape !== this.#shape) {
      this.close();
      this.#shape = shape;
      this.#charts = CHARTS.map(metric).map((one, place) => [one, new LineChart(this.#plots, {
        title: one.title + " by " + range.step + (one.isMoney && currency !== "" ? " in " + currency : ""),
        color: "--line-" + (place % 3 + 1),
        full: (value) => sums.total.text(one, value),
        short: (value) => (one.isMoney && currency === "" ? NOTHING : one.short(value, currency)),
        time: (at) => momentIn(at, range.zone, range.step),
        stepped: range.stepMs / 1000,
        axis: range.step === "day" ? "{MMM} {D}" : range.step === "hour" ? "{MMM} {D} {HH}:{mm}" : undefined,
        zone: range.zone,
        sync: "overview",
        compared: true,
        height: 150,
        zoomed: (from, to) => this.#picker.zoom(from * 1000, to * 1000),
      })]);
    }
    for (const [one, chart] of this.#charts) {
      const values = sums.values(one);
      chart.set(sums.times, values, watermark === null ? null : Date.parse(watermark) / 1000,
        sums.total.text(one) + " in this range, " + old.total.text(one) + " in the previous one. The figures above and the page Explore have the numbers.",
        values.map((_, place) => old.values(one)[place] ?? null));
    }
  }

  close() {
    this.#charts.forEach(([, chart]) => chart.close());
    this.#charts = [];
    this.#plots.replaceChildren();
  }
}

/** The groups whose metric differs most from the previous range. */
class ChangesPanel extends Panel {
  #api;
  #columns = [{ title: "", isName: true }, { title: "Previous range", numeric: true }, { title: "This range", numeric: true }, { title: "Change", numeric: true }];
  #rows;

  constructor(api) {
    super("changes");
    this.#api = api;
    const { node, body } = table("Groups with the largest changes", this.#columns);
    this.#rows = body;
    this.body.replaceChildren(node);
    byId("changes-of").replaceChildren(...METRICS.filter((one) => one.name === one.rank).map((one) => el("option", { value: one.name, textContent: one.title })));
    for (const choice of ["of", "by"]) {
      byId("changes-" + choice).addEventListener("change", (event) => address.set({ [choice]: event.target.value }));
    }
  }

  async read(range, earlier) {
    const of = byId("changes-of");
    const by = byId("changes-by");
    of.value = address.get("of") ?? "impressions";
    by.value = address.get("by") ?? "campaign";
    const groups = (span) => this.#api.get("v1/explore", { ...span.parameters, by: by.value, metric: of.value, top: MAX_GROUPS });
    return Promise.all([groups(range), groups(earlier)]);
  }

  set([now, before], currency) {
    const one = metric(byId("changes-of").value);
    const by = byId("changes-by").value;
    markFinal(this.asOfNode, now.as_of, this.#api.now());
    const [groups, old] = [grouped(now.rows, by, currency), grouped(before.rows, by, currency)];
    // A group may be among the others of one range.
    const comparable = [...new Set([...groups.keys(), ...old.keys()])].filter((name) => name !== null
      && (groups.has(name) || !groups.has(null)) && (old.has(name) || !old.has(null)));
    const none = new Figures(currency);
    const changes = comparable.map((name) => {
      const [current, previous] = [groups.get(name) ?? none, old.get(name) ?? none];
      return { name, current, previous, by: current.of(one) - previous.of(one) };
    }).filter((each) => each.by !== 0).sort((first, second) => Math.abs(second.by) - Math.abs(first.by)).slice(0, SHOWN_CHANGES);
    if (changes.length === 0) {
      this.empty("Nothing changed.");
      return;
    }
    this.full();
    setText(this.body.querySelector("th"), byId("changes-by").selectedOptions[0].textContent);
    keyed(this.#rows, changes, (each) => JSON.stringify(each.name), () => this.#make(), (node, each) => {
      setText(node.firstChild.firstChild, each.name === "" ? "(none)" : each.name);
      node.firstChild.firstChild.href = this.#link(by, each.name);
      setText(node.children[1], each.previous.text(one));
      setText(node.children[2], each.current.text(one));
      const share = change(each.current.of(one), each.previous.of(one));
      setText(node.children[3], (each.by > 0 ? "+" : "") + each.current.text(one, each.by) + (share === "" ? "" : " (" + share + ")"));
    });
  }

  #make() {
    const node = row(this.#columns);
    node.firstChild.append(el("a"));
    return node;
  }

  /** Explores a group in the same range. */
  #link(dimension, value) {
    const state = ["range", "from", "to", "zone"].map((name) => [name, address.get(name)]).filter(([, chosen]) => chosen !== null);
    return "./explore#" + new URLSearchParams([...state, ["filter", dimension + ":" + value], ["by", dimension === "campaign" ? "creative" : "campaign"]]);
  }
}

function grouped(rows, by, currency) {
  const groups = new Map();
  for (const one of rows) {
    const figures = groups.get(one[by]) ?? new Figures(currency);
    groups.set(one[by], figures.add(one));
  }
  return groups;
}

class Overview {
  #api;
  #picker;
  #figures;
  #changes;
  #reads = 0;
  #timer = null;
  #listeners = new AbortController();

  constructor(api) {
    this.#api = api;
    this.#picker = new RangePicker(byId("range"), () => api.now());
    this.#figures = new FiguresPanel(api, this.#picker);
    this.#changes = new ChangesPanel(api);
    const signal = this.#listeners.signal;
    window.addEventListener("hashchange", () => this.refresh(), { signal });
    byId("currency").addEventListener("change", (event) => address.set({ currency: event.target.value }), { signal });
  }

  async refresh() {
    const read = ++this.#reads;
    clearTimeout(this.#timer);
    const { range, before } = this.#picker.read();
    try {
      const [now, old, groups] = await Promise.all([
        this.#api.get("v1/explore", range.stepParameters), this.#api.get("v1/explore", before.stepParameters), this.#changes.read(range, before)]);
      if (read === this.#reads) {
        const currency = this.#currency([...now.rows, ...old.rows]);
        this.#figures.set(now, old, range, before, currency);
        this.#changes.set(groups, currency);
      }
    } catch (problem) {
      if (problem.status === 401) {
        logOut("The token is no longer valid. Log in again.");
      } else if (read === this.#reads && !this.#api.isClosed) {
        this.#figures.failed(problem);
        this.#changes.failed(problem);
      }
    }
    if (read === this.#reads && this.#picker.isRelative && !this.#api.isClosed) {
      this.#timer = setTimeout(() => this.refresh(), REFRESH_MS);
    }
  }

  #currency(rows) {
    const names = currencies(rows);
    const chosen = names.includes(address.get("currency")) ? address.get("currency") : names[0] ?? "";
    keyed(byId("currency"), names, (name) => name, (name) => el("option", { value: name, textContent: name }), () => {});
    byId("currency").value = chosen;
    show(byId("currency-choice"), names.length > 1);
    return chosen;
  }

  close() {
    clearTimeout(this.#timer);
    this.#listeners.abort();
    this.#api.close();
    this.#figures.close();
  }
}

let overview = null;

enter({
  open: (api) => {
    overview = new Overview(api);
    return overview.refresh();
  },
  close: () => overview?.close(),
});
