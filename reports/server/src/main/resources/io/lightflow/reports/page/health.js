import { enter, say } from "./account.js";
import { CalendarPanel } from "./calendar.js";
import { el, keyed, Panel, row, setClass, setText, table } from "./dom.js";
import { count, moment, NOTHING, span } from "./format.js";
import { Refresher } from "./refresher.js";
import { ShardsPanel } from "./shards.js";

const LAGGING_S = 30;
const NO_MONITOR = "This server asks no monitor. Name the monitors of the groups in its settings, as monitors.";
const DETAILS = new Set(["late", "invalid"]);

/** The samples of all monitors. */
class Samples {
  #byName = new Map();

  constructor(monitors) {
    for (const one of monitors.flatMap((monitor) => monitor.samples)) {
      this.#byName.set(one.name, [...(this.#byName.get(one.name) ?? []), one]);
    }
  }

  of(name) {
    return this.#byName.get("lightflow_" + name) ?? [];
  }

  /** The values by shard, of a topology. */
  shards(name, { group, topology }) {
    return this.of(name).filter(({ labels }) => labels.group === group && labels.topology === topology)
      .map(({ labels, value }) => ({ shard: labels.shard, value }));
  }
}

/** A table whose rows are arrays of strings; a cell of a row may be a state with its level. */
class TablePanel extends Panel {
  #columns;
  #rows;

  constructor(id, caption, columns) {
    super(id);
    this.#columns = columns;
    const { node, body } = table(caption, columns);
    this.#rows = body;
    this.body.replaceChildren(el("div", { className: "scroll", role: "region", "aria-label": caption, tabIndex: 0 }, node));
  }

  /** @param rows each with a key and cells; a cell is a string, or a state with text and level, or a link with text and href */
  list(rows) {
    this.full();
    keyed(this.#rows, rows, ({ key }) => key, () => row(this.#columns), (node, { cells }) => cells.forEach((cell, place) => fill(node.children[place], cell)));
  }
}

function fill(node, cell) {
  if (typeof cell === "string") {
    setText(node, cell);
  } else if (cell.href !== undefined) {
    node.replaceChildren(el("a", cell));
  } else {
    if (node.firstElementChild === null) {
      node.append(el("span"));
    }
    setText(node.firstChild, cell.text);
    setClass(node.firstChild, "state " + cell.level);
  }
}

/** Reads the monitors, for all panels. */
class TopologiesPanel extends TablePanel {
  #api;
  samples = null;
  hasMonitors = false;

  constructor(api) {
    super("topologies", "State of each topology", [{ title: "Topology", isName: true }, { title: "State" }, { title: "Lag", numeric: true },
      { title: "Unread offsets", numeric: true }, { title: "Complete up to", numeric: true }]);
    this.#api = api;
  }

  async refresh() {
    const { monitors } = await this.#api.get("v1/monitors");
    this.samples = new Samples(monitors);
    this.hasMonitors = monitors.length > 0;
    const silent = monitors.filter((monitor) => monitor.failure !== null);
    setText(this.asOfNode, monitors.length === 0 ? "" : monitors.length - silent.length + " of " + monitors.length + " monitors answer");
    this.asOfNode.classList.toggle("lagging", silent.length > 0);
    const topologies = this.samples.of("monitor_topology_owned");
    if (topologies.length === 0) {
      this.empty(monitors.length === 0 ? NO_MONITOR : "No monitor knows a topology yet.");
    } else {
      this.list(topologies.map((one) => this.#row(one)));
    }
    if (silent.length > 0) {
      this.failed({ message: silent.map(({ url, failure }) => "The monitor " + url + " does not answer: " + failure).join(". ") + "." });
    }
  }

  #row({ labels, value: owned }) {
    const lags = this.samples.shards("monitor_event_time_lag_seconds", labels).map(({ value }) => value);
    const offsets = this.samples.shards("monitor_lag_offsets", labels).map(({ value }) => value);
    const watermarks = this.samples.shards("monitor_watermark_timestamp_seconds", labels).map(({ value }) => value);
    const lag = lags.length === 0 ? null : Math.max(...lags);
    return {
      key: labels.group + " / " + labels.topology,
      cells: [
        labels.group + " / " + labels.topology,
        this.#state(labels, owned, lag),
        lag === null ? NOTHING : span(lag * 1000),
        offsets.length === 0 ? NOTHING : count(offsets.reduce((sum, one) => sum + one, 0)),
        watermarks.length === 0 ? NOTHING : moment(Math.min(...watermarks) * 1000, this.#api.now()),
      ],
    };
  }

  #state(labels, owned, lag) {
    const is = (name, more) => this.samples.of("monitor_" + name)
      .some((one) => one.value === 1 && one.labels.group === labels.group && Object.entries(more).every(([label, value]) => one.labels[label] === value));
    const { topology } = labels;
    const wrong = (name, bad) => this.samples.shards("monitor_" + name, labels).filter(({ value }) => value === bad).map(({ shard }) => shard);
    const [stopped, unbalanced] = [wrong("shard_stopped", 1), wrong("books_balanced", 0)];
    return stopped.length > 0 ? { text: shards(stopped) + " stopped", level: "bad" }
      : unbalanced.length > 0 ? { text: "books of " + shards(unbalanced).toLowerCase() + " do not balance", level: "bad" }
        : !is("reachable", { source: topology }) ? { text: "its ledger is unavailable", level: "bad" }
          : is("topology_paused", { topology }) ? { text: "paused by an operator", level: "off" }
            : owned !== 1 ? { text: "no topology runs", level: "bad" }
              : lag !== null && lag > LAGGING_S ? { text: "lagging", level: "warn" }
                : { text: "runs, books balance", level: "good" };
  }
}

function shards(numbers) {
  return (numbers.length === 1 ? "Shard " : "Shards ") + [...numbers].sort((one, other) => one - other).join(", ");
}

/** The newest records of each data center, in front and in the copy. */
class CentersPanel extends TablePanel {
  #api;
  #topologies;

  constructor(api, topologies) {
    super("centers", "Records of each data center", [{ title: "Data center", isName: true }, { title: "State" }, { title: "Newest original", numeric: true },
      { title: "Newest copy", numeric: true }, { title: "Mirror lag", numeric: true }]);
    this.#api = api;
    this.#topologies = topologies;
  }

  async refresh() {
    const { samples, hasMonitors } = this.#topologies;
    const newest = samples?.of("monitor_newest_record_timestamp_seconds") ?? [];
    const names = [...new Set(newest.map(({ labels }) => labels.group + " / " + labels.dc))].sort();
    if (names.length === 0) {
      this.empty(hasMonitors ? "No monitor knows records of a data center yet." : NO_MONITOR);
      return;
    }
    const now = this.#api.now();
    const find = (list, name, more = {}) => list.find(({ labels }) => labels.group + " / " + labels.dc === name
      && Object.entries(more).every(([label, value]) => labels[label] === value))?.value;
    const time = (seconds) => (seconds === undefined ? NOTHING : moment(seconds * 1000, now));
    this.list(names.map((name) => {
      const copy = find(newest, name, { cluster: "central" });
      const lag = find(samples.of("monitor_mirror_lag_seconds"), name);
      const age = copy === undefined ? null : now / 1000 - copy;
      return {
        key: name,
        cells: [
          name,
          copy === undefined ? { text: "no copies", level: "bad" }
            : (lag ?? 0) > LAGGING_S ? { text: "the mirror lags", level: "warn" }
              : age > LAGGING_S ? { text: "silent for " + span(age * 1000), level: "warn" }
                : { text: "sends", level: "good" },
          time(find(newest, name, { cluster: "front" })), time(copy), lag === undefined ? NOTHING : span(lag * 1000),
        ],
      };
    }));
  }
}

/** The books: all events that were read, by what became of them. */
class BooksPanel extends TablePanel {
  static #ENTRIES = ["in", "joined", "waiting", "orphaned", "unattributed", "duplicate", "rejected", "late", "invalid"];
  #topologies;

  constructor(topologies) {
    super("books", "Events by topology and type", [{ title: "Events", isName: true }, ...BooksPanel.#ENTRIES.map((name) => ({ title: DETAILS.has(name) ? "of these " + name : name, numeric: true }))]);
    setText(this.asOfNode, "all events that each topology has read, by what became of them");
    this.#topologies = topologies;
  }

  async refresh() {
    const events = this.#topologies.samples?.of("monitor_events") ?? [];
    if (events.length === 0) {
      this.empty(this.#topologies.hasMonitors ? "No topology has read events yet." : NO_MONITOR);
      return;
    }
    const rows = new Map();
    for (const { labels, value } of events) {
      const key = labels.group + " / " + labels.topology + " / " + labels.type;
      rows.set(key, (rows.get(key) ?? new Map()).set(labels.entry, value));
    }
    this.list([...rows].filter(([, entries]) => entries.get("in") > 0)
      .map(([key, entries]) => ({ key, cells: [key, ...BooksPanel.#ENTRIES.map((name) => count(entries.get(name) ?? 0))] })));
  }
}

/** Events that a join rejected, and records that could not be counted, with their reasons. */
class RejectedPanel extends TablePanel {
  #api;
  #topologies;
  #commands = el("ul", { className: "commands", "aria-label": "Commands for rejected events" });

  constructor(api, topologies) {
    super("rejected", "Rejected events and records that could not be counted", [{ title: "By", isName: true }, { title: "Events", numeric: true }, { title: "Last" }, { title: "Reason" }]);
    this.#api = api;
    this.#topologies = topologies;
    this.body.append(this.#commands);
  }

  async refresh() {
    const { reasons } = await this.#api.get("v1/set_aside");
    const now = this.#api.now();
    const rejected = (this.#topologies.samples?.of("monitor_events") ?? []).filter(({ labels, value }) => labels.entry === "rejected" && value > 0);
    if (rejected.length + reasons.length === 0) {
      this.empty("No event was rejected, and no record set aside.");
      return;
    }
    this.#offer([...new Set(rejected.map(({ labels }) => labels.group))]);
    this.list([
      ...rejected.map(({ labels, value }) => {
        const name = labels.group + " / " + labels.topology + " / " + labels.type;
        return { key: name, cells: [name, count(value), NOTHING, reasonsOf(labels)] };
      }),
      ...reasons.map((one) => ({
        key: JSON.stringify([one.topology, one.group, one.topic, one.reason]),
        cells: [one.group + " / " + one.topology + " / " + one.topic, count(one.records), moment(one.last_at, now), one.reason],
      })),
    ]);
  }

  /** Events are sent again by a command: this server writes to no Kafka. */
  #offer(groups) {
    keyed(this.#commands, groups.flatMap((group) => ["list", "redrive"].map((verb) => "lightflow rejected " + verb + " --settings " + group + ".yaml")),
      (text) => text, command, () => {});
  }
}

/** A command with a button that copies it. */
function command(text) {
  const code = el("code", { textContent: text });
  const copy = el("button", { type: "button", textContent: "Copy", "aria-label": "Copy " + text });
  copy.addEventListener("click", async () => {
    // Browsers write to the clipboard only for secure pages. Elsewhere the text is selected.
    if (navigator.clipboard === undefined) {
      getSelection().selectAllChildren(code);
      say("The command is selected. Copy it with the keyboard.");
    } else {
      await navigator.clipboard.writeText(text);
      say("The command is copied.");
    }
  });
  return el("li", {}, code, copy);
}

/** The records are in a topic and in the archive. */
function reasonsOf({ group }) {
  const sql = "SELECT reason, count(*) AS events FROM \"" + group + "\".rejected GROUP BY reason ORDER BY events DESC";
  return document.querySelector("#bar nav a[href='./sql']") === null
    ? "lightflow rejected list shows the reasons"
    : { textContent: "Reasons of the archived events", href: "./sql#" + new URLSearchParams({ sql }) };
}

/** The newest certificate of each group. */
class CertificatesPanel extends TablePanel {
  #api;
  #topologies;

  constructor(api, topologies) {
    super("certificates", "The newest certificate of each group", [{ title: "Group", isName: true }, { title: "Result" }, { title: "Hour" }, { title: "Certified" }]);
    this.#api = api;
    this.#topologies = topologies;
  }

  async refresh() {
    const { samples } = this.#topologies;
    const newest = samples?.of("certificate_complete") ?? [];
    if (newest.length === 0) {
      this.empty("No monitor has a certificate. lightflow certify writes them as gauges, which the monitor exports.");
      return;
    }
    const now = this.#api.now();
    this.list(newest.map(({ labels, value }) => {
      const time = (name) => {
        const found = samples.of(name).find((one) => one.labels.group === labels.group);
        return found === undefined ? NOTHING : moment(found.value * 1000, now);
      };
      const differences = ["certificate_differences", "certificate_row_differences"].flatMap((name) => samples.of(name))
        .filter((one) => one.labels.group === labels.group).reduce((sum, one) => sum + one.value, 0);
      return {
        key: labels.group,
        cells: [
          labels.group,
          value === 1 ? { text: "complete", level: "good" } : { text: count(differences) + " differences", level: "bad" },
          time("certificate_hour_timestamp_seconds"), time("certificate_made_timestamp_seconds"),
        ],
      };
    }));
  }
}

let health = null;

enter({
  open: (api) => {
    const topologies = new TopologiesPanel(api);
    health = new Refresher(api, [
      [topologies, new CentersPanel(api, topologies), new BooksPanel(topologies), new RejectedPanel(api, topologies), new CertificatesPanel(api, topologies)],
      [new CalendarPanel(api)],
      [new ShardsPanel(api)],
    ]);
    return health.refresh();
  },
  close: () => health?.close(),
});
