import { el, keyed, Panel, setAttribute, setClass, setText } from "./dom.js";
import { count, moment } from "./format.js";

const DAYS = 14;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** A calendar of certified hours, in UTC, the newest day first. */
export class CalendarPanel extends Panel {
  #api;

  constructor(api) {
    super("calendar");
    this.#api = api;
  }

  async refresh() {
    const { certificates } = await this.#api.get("v1/certificates", { days: DAYS });
    if (certificates.length === 0) {
      this.empty("No hour of the last " + DAYS + " days is recorded. lightflow certify records hours with --record.");
      return;
    }
    this.full();
    const wrong = certificates.filter((one) => one.differences > 0).length;
    setText(this.asOfNode, count(certificates.length) + " hours of the last " + DAYS + " days (UTC), " + (wrong === 0 ? "all complete" : count(wrong) + " with differences"));
    this.asOfNode.classList.toggle("lagging", wrong > 0);
    const groups = [...new Set(certificates.map((one) => one.group))];
    const today = Math.floor(this.#api.now() / DAY_MS) * DAY_MS;
    keyed(this.body, groups, (group) => group, (group) => grid(group), (node, group) => {
      const hours = new Map(certificates.filter((one) => one.group === group).map((one) => [Date.parse(one.hour), one]));
      const first = Math.floor(Math.min(...hours.keys()) / DAY_MS) * DAY_MS;
      const days = Array.from({ length: (today - first) / DAY_MS + 1 }, (_, place) => today - place * DAY_MS);
      keyed(node.querySelector("tbody"), days, (day) => day, makeDay, (line, day) => {
        setText(line.firstChild, new Date(day).toISOString().slice(0, 10));
        HOURS.forEach((hour) => this.#mark(line.children[hour + 1], hours.get(day + hour * HOUR_MS)));
      });
    });
  }

  #mark(cell, certificate) {
    const { text, level, words } = certificate === undefined ? { text: "·", level: "off", words: "not certified" }
      : certificate.differences === 0 ? { text: "✓", level: "good", words: "complete" }
        : { text: "✗", level: "bad", words: count(certificate.differences) + " differences" };
    setText(cell.firstChild, text);
    setText(cell.lastChild, words);
    setClass(cell, "hour " + level);
    setAttribute(cell, "title", words + (certificate === undefined ? "" : ", certified " + moment(certificate.certified_at, this.#api.now())));
  }
}

function grid(group) {
  return el("div", { className: "scroll calendar", role: "region", "aria-label": "Certified hours of group " + group, tabIndex: 0 },
    el("table", {},
      el("caption", { textContent: "Group " + group }),
      el("thead", {}, el("tr", {}, el("th", { scope: "col", textContent: "Day" }),
        ...HOURS.map((hour) => el("th", { scope: "col", textContent: String(hour).padStart(2, "0") })))),
      el("tbody")));
}

function makeDay() {
  return el("tr", {}, el("th", { scope: "row" }), ...HOURS.map(() => el("td", { className: "hour" },
    el("span", { "aria-hidden": "true" }), el("span", { className: "unseen" }))));
}
