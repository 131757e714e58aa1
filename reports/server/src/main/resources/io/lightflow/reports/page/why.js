import { enter, logOut, say } from "./account.js";
import { el, setText, show } from "./dom.js";

const byId = (id) => document.getElementById(id);

const RELATIONS = {
  JOINED_WITH: "Joined with",
  LOST: "Lost",
  WAITS: "Waits",
  NAMED: "Named by the event",
  USED_BY: "Used by",
  SAME_IMPRESSION: "On the same impression",
};

const words = (name) => name.toLowerCase().replaceAll("_", " ");
const moment = (time) => el("time", { dateTime: time, textContent: time.replace("T", " ").replace("Z", " UTC") });

/** Asks for one id at a time. The address names it, so that an answer can be linked. */
class Question {
  #api;
  #listeners = new AbortController();
  #asked = 0;

  constructor(api) {
    this.#api = api;
    byId("question").addEventListener("submit", (event) => {
      event.preventDefault();
      const id = byId("id").value.trim();
      if (id !== "" && !this.#goTo(id)) {
        this.ask();
      }
    });
    addEventListener("hashchange", () => this.ask(), { signal: this.#listeners.signal });
  }

  #goTo(id) {
    const before = location.hash;
    location.hash = new URLSearchParams({ id }).toString();
    return location.hash !== before;
  }

  async ask() {
    const id = new URLSearchParams(location.hash.slice(1)).get("id") ?? "";
    byId("id").value = id;
    byId("answer").replaceChildren();
    this.#failed("");
    if (id === "") {
      byId("id").focus();
      return;
    }
    const number = ++this.#asked;
    setText(byId("state"), "Looking …");
    try {
      const traces = await this.#api.why(id);
      if (number === this.#asked) {
        this.#show(traces);
      }
    } catch (problem) {
      if (problem.status === 401) {
        logOut("The token is no longer valid. Log in again.");
      }
      if (number === this.#asked) {
        this.#failed(problem.message);
      }
    } finally {
      if (number === this.#asked) {
        setText(byId("state"), "");
      }
    }
  }

  #show(traces) {
    const panels = traces.flatMap((trace) => trace.events.map((event, place) => panel(trace, event, place)));
    byId("answer").replaceChildren(...panels, ...traces.map(searched));
    const names = traces.flatMap((trace) => trace.events.map((event) => title(trace, event)));
    say("Found: " + names.join("; "));
  }

  #failed(message) {
    setText(byId("failure"), message);
    show(byId("failure"), message !== "");
  }

  close() {
    this.#listeners.abort();
  }
}

function title(trace, event) {
  return words(event.type) + " " + event.id + " of group " + trace.group + ": " + words(event.fate);
}

function panel(trace, event, place) {
  const id = "event-" + trace.group + "-" + place;
  const node = el("section", { className: "panel", "aria-labelledby": id },
    el("h2", { id, textContent: title(trace, event) }),
    el("ol", { className: "way" }, ...event.hops.map(hop), ...event.missing.map((one) => pending(one, "missing"))));
  add(node, "Possible", event.possible.map((one) => el("li", {}, one.what, ...until(one))));
  add(node, "Other records of it", event.copies.map((copy) =>
    el("li", {}, copy.fate === "DUPLICATE" ? "" : words(copy.fate) + ", ", copy.text + " ", ...at(copy.time), ...placed(copy.place))));
  Map.groupBy(event.related, (other) => other.relation).forEach((others, relation) => add(node, RELATIONS[relation], others.map(related)));
  return node;
}

function add(node, name, items) {
  if (items.length > 0) {
    node.append(el("h3", { textContent: name }), el("ul", { className: "list" }, ...items));
  }
}

function hop(one) {
  const rows = one.rows.map((row) => el("li", {}, row.table + " ", ...at(row.time),
    " " + Object.entries(row.dimensions).filter(([, value]) => value !== "").map(([name, value]) => name + "=" + value).join(" ")));
  return el("li", {},
    el("span", { className: "station", textContent: words(one.station) }), " ", ...at(one.time),
    el("p", {}, one.text),
    ...placed(one.place),
    ...(rows.length > 0 ? [el("details", {}, el("summary", { textContent: rows.length + (rows.length === 1 ? " row" : " rows") + " of the statistics" }), el("ul", {}, ...rows))] : []));
}

function pending(one, station) {
  return el("li", { className: "open" }, el("span", { className: "station", textContent: station }), el("p", {}, one.what, ...until(one)));
}

const until = (one) => (one.until ? [", until ", moment(one.until)] : []);
const at = (time) => (time ? [moment(time)] : []);

function placed(place) {
  if (!place) {
    return [];
  }
  const offset = place.offset === undefined || place.offset === null ? "" : " at " + place.offset;
  return [el("p", { className: "place", textContent: place.topic + "-" + place.partition + offset })];
}

function related(other) {
  return el("li", {}, words(other.type) + " ",
    el("a", { href: "#" + new URLSearchParams({ id: other.id }), textContent: other.id }),
    " ", ...at(other.time), ": " + other.text, ...placed(other.place));
}

function searched(trace) {
  const span = trace.searched;
  const hours = span.archiveFrom ? ["Hours of the archive: ", moment(span.archiveFrom), " to ", moment(span.archiveTo), ". "] : [];
  const topics = span.topicsFrom ? [span.topicRecords + " records of the topics, from ", moment(span.topicsFrom), "."] : [];
  return el("section", { className: "panel quiet", "aria-label": "What was searched in group " + trace.group },
    el("p", {}, "Searched in group " + trace.group + ". ", ...hours, ...topics),
    ...trace.notes.map((note) => el("p", { className: "warn", textContent: note })));
}

let question = null;

enter({
  open: async (api) => {
    question = new Question(api);
    await question.ask();
  },
  close: () => question?.close(),
});
