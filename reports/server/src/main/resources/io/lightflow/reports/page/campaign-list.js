import { el, setAttribute, setText, show } from "./dom.js";
import { count } from "./format.js";

const PAGE = 50;
const TYPING_MS = 200;
/** The decisions of each choice. */
const SHOWN = {
  "": [],
  active: ["go", "ahead_of_pace"],
  exhausted: ["exhausted", "goal_reached", "exhausted_today"],
  "not started": ["not_started"],
  paused: ["paused"],
  ended: ["ended"],
};

/** The part of the campaigns that the list shows: search, status, order and page. The server selects and sorts. */
export class CampaignSelection {
  #search = document.getElementById("campaigns-search");
  #shown = document.getElementById("campaigns-shown");
  #pages = document.getElementById("campaigns-pages");
  #range = document.getElementById("campaigns-range");
  #previous = document.getElementById("campaigns-previous");
  #next = document.getElementById("campaigns-next");
  #sort = "campaign";
  #order = "asc";
  #offset = 0;
  #matching = 0;
  #heads = [];
  #typing = null;
  #changed;

  /** @param changed called after every choice of the user */
  constructor(changed, signal) {
    this.#changed = changed;
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#go(0), TYPING_MS);
    }, { signal });
    this.#shown.addEventListener("change", () => this.#go(0), { signal });
    this.#previous.addEventListener("click", () => this.#turn(this.#previous, -PAGE), { signal });
    this.#next.addEventListener("click", () => this.#turn(this.#next, PAGE), { signal });
  }

  /** Makes the titles of the columns buttons that sort. */
  sortable(table, columns) {
    table.querySelectorAll("thead th").forEach((head, place) => {
      const { sort, numeric } = columns[place];
      if (sort !== undefined) {
        const button = el("button", { type: "button", className: "sort", textContent: head.textContent });
        button.addEventListener("click", () => this.#sortBy(sort, numeric === true));
        head.replaceChildren(button);
        this.#heads.push([sort, head]);
      }
    });
  }

  /** Numbers begin with the largest. A second click turns the order. */
  #sortBy(sort, isNumeric) {
    const first = isNumeric ? "desc" : "asc";
    this.#order = sort !== this.#sort ? first : this.#order === "asc" ? "desc" : "asc";
    this.#sort = sort;
    for (const [name, head] of this.#heads) {
      if (name === sort) {
        setAttribute(head, "aria-sort", this.#order === "asc" ? "ascending" : "descending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
    this.#go(0);
  }

  #turn(button, by) {
    if (button.getAttribute("aria-disabled") !== "true") {
      this.#go(Math.max(0, this.#offset + by));
    }
  }

  #go(offset) {
    this.#offset = offset;
    this.#changed();
  }

  get isFiltered() {
    return this.#search.value.trim() !== "" || this.#shown.value !== "";
  }

  get parameters() {
    const text = this.#search.value.trim();
    return [
      ["limit", PAGE], ["offset", this.#offset], ["sort", this.#sort], ["order", this.#order],
      ...(text === "" ? [] : [["text", text]]),
      ...SHOWN[this.#shown.value].map((decision) => ["decision", decision]),
    ];
  }

  /** @returns whether the page exists; after a deletion the last one may not, and the one before is chosen */
  answered(matching) {
    this.#matching = matching;
    if (this.#offset > 0 && this.#offset >= matching) {
      this.#offset = Math.max(0, Math.ceil(matching / PAGE) - 1) * PAGE;
      return false;
    }
    const last = Math.min(this.#offset + PAGE, matching);
    setText(this.#range, matching === 0 ? "" : count(this.#offset + 1) + "–" + count(last) + " of " + count(matching));
    show(this.#pages, matching > PAGE);
    // Not "disabled", which would remove the focus.
    setAttribute(this.#previous, "aria-disabled", String(this.#offset === 0));
    setAttribute(this.#next, "aria-disabled", String(last === matching));
    return true;
  }

  close() {
    clearTimeout(this.#typing);
  }
}
