import { enter, say } from "./account.js";
import { address } from "./address.js";
import { amount, unit, words } from "./alert-figures.js";
import { AlertForm } from "./alert-form.js";
import { el, keyed, Panel, row, setAttribute, setClass, setText, show, table } from "./dom.js";
import { count, moment, NOTHING } from "./format.js";
import { Refresher } from "./refresher.js";

const LATE_MS = 10 * 60_000;
const PAGE = 50;
const MAX = 1_000;
const MAX_SHOWN = 5;
const byId = (id) => document.getElementById(id);

/** The rules with their alerts. */
class RulesPanel extends Panel {
  #api;
  #columns;
  #rows;
  #form = null;
  #refresh;
  #isManager;

  constructor(api, me, refresh) {
    super("alerts");
    this.#api = api;
    this.#refresh = refresh;
    this.#isManager = me.role === "manager";
    this.#columns = [{ title: "Rule", isName: true }, { title: "State" }, { title: "Fires" }, { title: "Sends to" }, ...(this.#isManager ? [{ title: "Change" }] : [])];
    const { node, body } = table("Alert rules", this.#columns);
    this.#rows = body;
    this.body.replaceChildren(node);
    show(byId("alerts-new"), this.#isManager);
    if (this.#isManager) {
      this.#form = new AlertForm(api, { advertiser: me.advertiser, saved: (rule, text) => this.#done(text) });
      byId("alerts-new").addEventListener("click", () => this.#form.create());
    }
  }

  async refresh() {
    const { rules, evaluated_at: evaluatedAt } = await this.#api.get("v1/alerts");
    const now = this.#api.now();
    const isLate = evaluatedAt === null || now - Date.parse(evaluatedAt) > LATE_MS;
    setText(this.asOfNode, evaluatedAt === null ? "No server evaluates the rules: add the section alerts to its settings."
      : "evaluated " + moment(evaluatedAt, now));
    this.asOfNode.classList.toggle("lagging", isLate);
    if (rules.length === 0) {
      this.empty("There are no rules yet." + (this.#isManager ? " Create the first one." : ""));
    } else {
      this.full();
    }
    keyed(this.#rows, rules, (rule) => rule.id, () => this.#make(), (node, rule) => this.#update(node, rule, now));
  }

  #make() {
    const node = row(this.#columns);
    const open = el("button", { type: "button", className: "open" });
    open.addEventListener("click", () => address.set({ rule: node.dataset.key }));
    node.children[0].append(open, el("span", { className: "quiet" }));
    node.children[1].append(el("span"), el("ul", { className: "firing quiet" }), el("p", { className: "error" }));
    if (this.#isManager) {
      const action = (label, act) => {
        const button = el("button", { type: "button", textContent: label });
        button.addEventListener("click", () => this.#attempt(node, button, act));
        return button;
      };
      node.children[4].append(el("div", { className: "changes" },
        action("Edit", () => this.#form.edit(node.dataset.key)),
        action("Test", () => this.#test(node)),
        action("Delete", (button) => this.#delete(node, button))), el("p", { className: "error", role: "alert", hidden: true }));
    }
    return node;
  }

  #update(node, rule, now) {
    const [name, state, fires, targets, change] = node.children;
    node.dataset.version = rule.version;
    node.classList.toggle("chosen", address.get("rule") === String(rule.id));
    setText(name.children[0], rule.name);
    setText(name.children[1], rule.advertiser ?? "all advertisers");
    const firing = rule.alerts.filter((alert) => alert.firing);
    setClass(state.children[0], "state " + (rule.status === "paused" ? "off" : firing.length > 0 ? "bad" : "good"));
    setText(state.children[0], rule.status === "paused" ? "paused" : firing.length === 0 ? "quiet" : firing.length === 1 ? "fires" : count(firing.length) + " fire");
    const scale = unit(rule.figure, rule.compared_with);
    keyed(state.children[1], firing.slice(0, MAX_SHOWN), (alert) => alert.subject, () => el("li"), (item, alert) =>
      setText(item, (alert.subject === "" ? "" : alert.subject + ": ") + amount(alert.value, scale) + " since " + moment(alert.since, now)));
    setText(state.children[2], rule.failure === null ? "" : "The last evaluation failed: " + rule.failure);
    setText(fires, words(rule));
    setText(targets, [...(rule.webhook === null ? [] : [rule.webhook]), ...rule.emails].join(", ") || NOTHING);
    if (change) {
      [...change.firstChild.children].forEach((button) => setAttribute(button, "aria-label", button.textContent + " " + rule.name));
    }
  }

  /** Shows the failure of an action in its row. */
  async #attempt(node, button, act) {
    const error = node.children[4].lastChild;
    try {
      await act(button);
      show(error, false);
    } catch (problem) {
      setText(error, problem.message);
      show(error, true);
    }
  }

  async #test(node) {
    await this.#api.post("v1/alerts/" + node.dataset.key + "/test");
    address.set({ rule: node.dataset.key });
    this.#done("A test message is on its way. The history shows what becomes of it.");
  }

  /** Asks once more. */
  async #delete(node, button) {
    const label = (text) => {
      setText(button, text);
      setAttribute(button, "aria-label", text + " " + node.querySelector(".open").textContent);
    };
    if (button.textContent !== "Delete for good") {
      label("Delete for good");
      button.addEventListener("blur", () => label("Delete"), { once: true });
      return;
    }
    await this.#api.delete("v1/alerts/" + node.dataset.key, node.dataset.version);
    this.#done(node.querySelector(".open").textContent + " is deleted.");
  }

  #done(text) {
    say(text);
    this.#refresh();
  }

  close() {
    this.#form?.close();
  }
}

const STATUS = { pending: "warn", delivered: "good", failed: "bad" };
const KIND = { fired: "bad", resolved: "good" };
const EVENTS = [{ title: "Time", isName: true }, { title: "Rule" }, { title: "Event" }, { title: "Messages" }];

/** The history of the rules. */
class EventsPanel extends Panel {
  #api;
  #rows;
  #limit = PAGE;
  #more = el("button", { type: "button", textContent: "Earlier events" });

  constructor(api, refresh) {
    super("events");
    this.#api = api;
    const { node, body } = table("Events of the rules, newest first", EVENTS);
    this.#rows = body;
    this.body.replaceChildren(node, this.#more);
    this.#more.addEventListener("click", () => {
      this.#limit = Math.min(MAX, this.#limit + PAGE);
      refresh();
    });
    byId("events-all").addEventListener("click", () => address.set({ rule: null }));
    window.addEventListener("hashchange", refresh);
  }

  async refresh() {
    const rule = address.get("rule");
    show(byId("events-all"), rule !== null);
    const { events, next } = await this.#api.get("v1/alert_events", { limit: this.#limit, ...(rule === null ? {} : { rule }) });
    if (events.length === 0) {
      this.empty("Nothing has happened yet.");
      return;
    }
    this.full();
    const now = this.#api.now();
    keyed(this.#rows, events, (event) => event.id, () => this.#make(), (node, event) => {
      setText(node.children[0], moment(event.at, now));
      setText(node.children[1], event.name);
      setClass(node.children[2].children[0], "state " + (KIND[event.kind] ?? "off"));
      setText(node.children[2].children[0], event.kind);
      setText(node.children[2].children[1], event.summary);
      keyed(node.children[3].firstChild, event.deliveries, (one) => one.id, () => el("li", {}, el("span"), el("span", { className: "quiet" })), (item, one) => {
        setClass(item.firstChild, "state " + STATUS[one.status]);
        setText(item.firstChild, one.channel + " " + one.status);
        setText(item.lastChild, " " + one.target + (one.attempts > 1 || one.status !== "delivered" ? ", " + one.attempts + (one.attempts === 1 ? " attempt" : " attempts") : "")
          + (one.failure === null ? "" : ": " + one.failure));
      });
    });
    show(this.#more, next !== null && this.#limit < MAX);
  }

  #make() {
    const node = row(EVENTS);
    node.children[2].append(el("span"), el("span", { className: "quiet" }));
    node.children[3].append(el("ul", { className: "deliveries" }));
    return node;
  }
}

let alerts = null;

enter({
  open: (api, me) => {
    const refresh = () => alerts.refresh();
    alerts = new Refresher(api, [[new RulesPanel(api, me, refresh)], [new EventsPanel(api, refresh)]]);
    return alerts.refresh();
  },
  close: () => alerts?.close(),
});
