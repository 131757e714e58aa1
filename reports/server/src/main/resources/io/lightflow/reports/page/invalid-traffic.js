import { el, Panel, save, show } from "./dom.js";
import { count, markFinal } from "./format.js";

const PATH = "v1/invalid_traffic";
/** Impressions have all dimensions but this one. */
const WITHOUT = "data_center";
const PROMPT = "Counts the marked events of the range by rule, and by the dimensions above. The archive answers, which takes seconds.";
const COUNTS = ["impressions", "clicks", "conversions"];

/** Counts, on demand, the events that rules of invalid traffic have marked. */
export class InvalidTrafficPanel extends Panel {
  #api;
  #title;
  #parameters = [];
  #asked = 0;

  /** @param title of a dimension */
  constructor(api, title, signal) {
    super("invalid-traffic");
    this.#api = api;
    this.#title = title;
    // Servers without queries over events have no page for them.
    show(this.node, document.querySelector("#bar nav a[href='./sql']") !== null);
    document.getElementById("invalid-count").addEventListener("click", () => this.#count(), { signal });
    document.getElementById("invalid-save").addEventListener("click", () => this.#save(), { signal });
  }

  /** Forgets the rows of another range, other dimensions or other filters. */
  ask(range, by, filters) {
    const names = ["rule", ...by.filter((name) => name !== WITHOUT)];
    const parameters = [...Object.entries(range.parameters), ["by", names.join(",")], ...filters.map((one) => ["filter", one])];
    if (JSON.stringify(parameters) !== JSON.stringify(this.#parameters)) {
      this.#parameters = parameters;
      this.#asked++;
      this.asOfNode.textContent = "";
      this.empty(PROMPT);
    }
  }

  async #count() {
    await this.#attempt("Counting …", async () => {
      const answer = await this.#api.events(PATH, this.#parameters);
      return () => this.#show(answer);
    });
  }

  async #save() {
    await this.#attempt(null, async () => {
      const file = await this.#api.file(PATH, [...this.#parameters, ["format", "csv"]]);
      return () => save(file, "invalid-traffic.csv");
    });
  }

  async #attempt(progress, request) {
    const asked = ++this.#asked;
    if (progress !== null) {
      this.empty(progress);
    }
    let finish;
    try {
      finish = await request();
    } catch (problem) {
      finish = () => {
        this.empty(PROMPT);
        this.failed(problem);
      };
    }
    if (asked === this.#asked && !this.#api.isClosed) {
      finish();
    }
  }

  #show(answer) {
    markFinal(this.asOfNode, answer.as_of, this.#api.now());
    if (answer.rows.length === 0) {
      this.empty("No rule has marked an event of this range.");
      return;
    }
    this.full();
    const number = (text) => el("td", { className: "numeric", textContent: text });
    this.body.replaceChildren(el("div", { className: "scroll wide", role: "region", "aria-label": "Marked events by rule", tabIndex: 0 },
      el("table", {},
        el("caption", { className: "unseen", textContent: "Marked events by rule" }),
        el("thead", {}, el("tr", {},
          ...answer.by.map((name) => el("th", { scope: "col", textContent: this.#title(name) })),
          el("th", { scope: "col", textContent: "Effect" }),
          ...COUNTS.map((name) => el("th", { scope: "col", className: "numeric", textContent: this.#title(name) })))),
        el("tbody", {}, ...answer.rows.map((row) => el("tr", {},
          ...answer.by.map((name, place) => el("td", { textContent: nameOf(row, name, place) })),
          el("td", { textContent: row.shadow ? "valid (shadow)" : "invalid" }),
          ...COUNTS.map((name) => number(count(row[name])))))))));
  }
}

function nameOf(row, name, place) {
  return row[name] === null ? (place === 0 ? "other (" + count(row.groups) + ")" : "") : row[name] || "(none)";
}
