import { el, keyed, Panel, row, setText, show, table } from "./dom.js";
import { money, moment, NOTHING } from "./format.js";

const PAGE = 20;
const MAX = 1_000;
const COLUMNS = [{ title: "Time", isName: true }, { title: "Account" }, { title: "Change" }];
const EMPTY = "Select a campaign of the list to see its changes.";
const ACTIONS = { insert: "created", update: "changed", delete: "deleted" };

/** Shows who changed a campaign, and what. */
export class HistoryPanel extends Panel {
  #api;
  #campaign = null;
  #currency = "";
  #limit = PAGE;
  #rows;
  #more = el("button", { type: "button", textContent: "Earlier changes" });

  constructor(api) {
    super("history");
    this.#api = api;
    const { node, body } = table("Changes of the campaign, newest first", COLUMNS);
    this.#rows = body;
    this.body.replaceChildren(node, this.#more);
    this.#more.addEventListener("click", async () => {
      this.#limit = Math.min(MAX, this.#limit + PAGE);
      try {
        await this.refresh();
      } catch (problem) {
        this.failed(problem);
      }
    });
  }

  /** @param budget the campaign's budget, or only its id, or null. Nobody may have created a campaign of which only the id is known. */
  show(budget) {
    const campaign = budget?.currency === undefined ? null : budget.campaign;
    if (campaign !== this.#campaign) {
      this.#campaign = campaign;
      this.#limit = PAGE;
      this.empty(campaign === null ? EMPTY : "Loading …");
    }
    this.#currency = campaign === null ? "" : budget.currency;
    setText(document.getElementById("history-title"), campaign === null ? "Changes" : budget.name + ": changes");
  }

  async refresh() {
    const campaign = this.#campaign;
    if (campaign === null) {
      return;
    }
    const answer = await this.#api.get("v1/campaigns/" + encodeURIComponent(campaign) + "/audit", { limit: this.#limit });
    if (campaign !== this.#campaign) {
      return;
    }
    this.full();
    const now = this.#api.now();
    keyed(this.#rows, answer.changes, (change) => change.id, () => row(COLUMNS), (node, change) => {
      setText(node.children[0], moment(change.at, now));
      setText(node.children[1], change.account);
      setText(node.children[2], ACTIONS[change.action] + this.#words(change));
    });
    show(this.#more, answer.next !== null && this.#limit < MAX);
  }

  #words(change) {
    const parts = Object.entries(change.changes)
      .filter(([name, { from, to }]) => name !== "id" && (from !== null || to !== null))
      .map(([name, { from, to }]) => name.replace("_micros", "").replaceAll("_", " ") + " "
        + (change.action === "update" ? this.#text(name, from) + " → " + this.#text(name, to) : this.#text(name, to ?? from)));
    return parts.length === 0 ? "" : ": " + parts.join("; ");
  }

  #text(name, value) {
    return value === null ? NOTHING
      : name.endsWith("_micros") ? money(value, this.#currency)
        : /_at$/.test(name) ? moment(value, this.#api.now())
          : String(value);
  }
}
