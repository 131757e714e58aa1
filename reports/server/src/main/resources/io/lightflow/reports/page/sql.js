import { enter, logOut, say } from "./account.js";
import { BarChart, LineChart } from "./chart.js";
import { el, Panel, save, setText, show } from "./dom.js";
import { count, span } from "./format.js";
import { SchemaPanel } from "./schema.js";

const MAX_SHOWN = 1_000;
const MAX_BARS = 30;
const TIME = /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?([+-]\d\d(:\d\d)?)?$/;

const byId = (id) => document.getElementById(id);

/** The editor: it runs one query at a time. */
class Editor {
  #api;
  #result;
  #ready;
  #running = null;
  #clock = null;

  /** @param ready a promise; queries wait for it, since an account may run only one at a time */
  constructor(api, ready) {
    this.#api = api;
    this.#ready = ready;
    this.#result = new ResultPanel(api, () => this.#query());
    byId("editor").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    byId("sql").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#run();
      }
    });
    byId("cancel").addEventListener("click", () => this.#running?.abort());
    byId("sql").value = new URLSearchParams(location.hash.slice(1)).get("sql") ?? "";
  }

  #query() {
    const query = { sql: byId("sql").value };
    for (const bound of ["from", "to"]) {
      if (byId(bound).value !== "") {
        query[bound] = byId(bound).value + ":00Z";
      }
    }
    return byId("archived-only").checked ? { ...query, archived_only: true } : query;
  }

  async #run() {
    const query = this.#query();
    if (this.#running !== null || query.sql.trim() === "") {
      return;
    }
    this.#running = new AbortController();
    this.#busy(true);
    history.replaceState(null, "", "#" + new URLSearchParams({ sql: query.sql }));
    const begin = performance.now();
    this.#clock = setInterval(() => setText(byId("state"), "Running for " + span(performance.now() - begin)), 1000);
    setText(byId("state"), "Running …");
    try {
      await this.#ready;
      const answer = await this.#api.query(query, "json", this.#running.signal);
      this.#result.set(await answer.json(), answer.headers.get("Lightflow-Notes") ?? "", performance.now() - begin);
      this.#failed("");
    } catch (problem) {
      if (problem.status === 401) {
        logOut("The token is no longer valid. Log in again.");
      }
      this.#failed(problem.message);
    } finally {
      clearInterval(this.#clock);
      setText(byId("state"), "");
      this.#running = null;
      this.#busy(false);
    }
  }

  #busy(is) {
    byId("run").disabled = is;
    byId("cancel").disabled = !is;
  }

  #failed(message) {
    setText(byId("failure"), message);
    show(byId("failure"), message !== "");
  }

  close() {
    this.#running?.abort();
  }
}

/** The rows of a result as a table and as a chart, and its download. */
class ResultPanel extends Panel {
  #api;
  #rows = [];
  #chart = null;

  /** @param query returns what the editor holds */
  constructor(api, query) {
    super("result");
    this.#api = api;
    byId("download").addEventListener("change", (event) => {
      const format = event.target.value;
      event.target.value = "";
      if (format !== "") {
        this.#download(query(), format);
      }
    });
    for (const choice of ["chart-x", "chart-y"]) {
      byId(choice).addEventListener("change", () => this.#draw());
    }
  }

  set(rows, notes, ms) {
    this.#rows = rows;
    show(this.node, true);
    setText(byId("result-notes"), notes);
    show(byId("result-notes"), notes !== "");
    const shown = rows.length > MAX_SHOWN ? ", the first " + count(MAX_SHOWN) + " are shown" : "";
    const summary = count(rows.length) + (rows.length === 1 ? " row" : " rows") + shown + ", after " + (ms / 1000).toFixed(1) + " s";
    setText(this.asOfNode, summary);
    say("The result has " + summary + ".");
    if (rows.length === 0) {
      this.empty("The result has no rows.");
      return;
    }
    this.full();
    const columns = Object.keys(rows[0]);
    byId("rows").replaceChildren(tableOf(columns, rows.slice(0, MAX_SHOWN)));
    this.#choose(columns);
    this.#draw();
  }

  /** Numbers by the first column that has none, or else by the first one. */
  #choose(columns) {
    const numeric = columns.filter((column) => this.#rows.every((row) => row[column] === null || typeof row[column] === "number")
      && this.#rows.some((row) => row[column] !== null));
    const x = columns.find((column) => !numeric.includes(column)) ?? columns[0];
    const y = numeric.filter((column) => column !== x);
    const chartable = y.length > 0 && this.#rows.length > 1;
    show(byId("charting"), chartable);
    options(byId("chart-y"), chartable ? y : []);
    options(byId("chart-x"), chartable ? columns : [], x);
  }

  #draw() {
    this.#chart?.close();
    this.#chart = null;
    byId("chart").replaceChildren();
    const [x, y] = [byId("chart-x").value, byId("chart-y").value];
    if (y === "") {
      return;
    }
    const points = this.#rows.filter((row) => row[x] !== null && row[y] !== null).map((row) => [row[x], row[y]]);
    const isTime = points.length > 1 && points.every(([at]) => typeof at === "string" && TIME.test(at));
    this.#chart = isTime ? this.#line(points, y) : this.#bars(points, y);
  }

  #line(points, title) {
    const seconds = points.map(([at, value]) => [timeOf(at) / 1000, value]).sort(([one], [other]) => one - other);
    const days = seconds.at(-1)[0] - seconds[0][0] > 2 * 86_400;
    const chart = new LineChart(byId("chart"), {
      title,
      color: "--line-1",
      full: (value) => count(value),
      short: (value) => count(value),
      time: (ms) => new Date(ms).toISOString().replace("T", " ").slice(0, 19),
      axis: days ? "{YYYY}-{MM}-{DD}" : "{HH}:{mm}",
      zone: "Etc/UTC",
      height: 200,
    });
    chart.set(seconds.map(([at]) => at), seconds.map(([, value]) => value), null,
      count(seconds.length) + " points; the rows are in the table below");
    return chart;
  }

  #bars(points, title) {
    return new BarChart(byId("chart"), {
      title: title + (points.length > MAX_BARS ? ", first " + MAX_BARS + " of " + count(points.length) + " rows" : ""),
      bars: points.slice(0, MAX_BARS).map(([name, value]) => ({ name: textOf(name), value, text: count(value) })),
    });
  }

  async #download(query, format) {
    this.failed({ message: "" });
    try {
      const answer = await this.#api.query(query, format);
      save(await answer.blob(), "result." + format);
    } catch (problem) {
      this.failed(problem);
    }
  }
}

function options(select, names, chosen = names[0]) {
  select.replaceChildren(...names.map((name) => el("option", { value: name, textContent: name, selected: name === chosen })));
}

/** Reads a time of DuckDB: with a space, and with an offset of hours. */
function timeOf(text) {
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  return Date.parse(/T/.test(iso) && !/([+-]\d\d:\d\d)$/.test(iso) ? iso + "Z" : iso);
}

function textOf(value) {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}

function tableOf(columns, rows) {
  const numeric = new Set(columns.filter((column) => rows.every((row) => row[column] === null || typeof row[column] === "number")));
  const cell = (row, column) => (row[column] === null
    ? el("td", {}, el("span", { className: "null", textContent: "null" }))
    : el("td", { className: numeric.has(column) ? "numeric" : "", textContent: textOf(row[column]) }));
  return el("table", {},
    el("caption", { className: "unseen", textContent: "Rows of the result" }),
    el("thead", {}, el("tr", {}, ...columns.map((column) =>
      el("th", { scope: "col", className: numeric.has(column) ? "numeric" : "", textContent: column })))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...columns.map((column) => cell(row, column))))));
}

let editor = null;

enter({
  open: (api) => {
    const listed = new SchemaPanel(api).refresh();
    editor = new Editor(api, listed);
    return listed;
  },
  close: () => editor?.close(),
});
