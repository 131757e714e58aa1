import { CampaignSelection } from "./campaign-list.js";
import { CampaignForm } from "./campaign-form.js";
import { el, keyed, Panel, row, setAttribute, setClass, setText, show, table } from "./dom.js";
import { AsOf } from "./format.js";
import { BudgetWords } from "./budget.js";

/** Shows campaigns with spend and budget. */
export class CampaignsPanel extends Panel {
  #api;
  #options;
  #columns;
  #rows;
  #selection;
  #reads = 0;
  #form = null;
  #chosenBefore = null;
  #listeners = new AbortController();
  #budgets = [];
  #known = null;

  /** @param options isManager, advertiser of the account or null, open(id), chosen(budget), say(text), refresh() */
  constructor(api, options) {
    super("campaigns");
    this.#api = api;
    this.#options = options;
    this.#columns = [
      { title: "Campaign", isName: true, sort: "name" },
      { title: "State", sort: "decision" },
      { title: "Spent today", numeric: true, sort: "spent_today" },
      { title: "Spent in total", numeric: true, sort: "spent" },
      { title: "Remaining", numeric: true, sort: "remaining" },
      { title: "Pace", numeric: true, sort: "pace" },
      ...(options.isManager ? [{ title: "Change" }] : []),
    ];
    const { node, body } = table("Campaigns with spend against budget", this.#columns);
    this.#rows = body;
    this.body.replaceChildren(node);
    const signal = this.#listeners.signal;
    this.#selection = new CampaignSelection(() => this.#reselect(), signal);
    this.#selection.sortable(node, this.#columns);
    const create = document.getElementById("campaigns-new");
    show(create, options.isManager);
    if (options.isManager) {
      this.#form = new CampaignForm(api, { advertiser: options.advertiser, saved: (campaign, text) => this.#saved(campaign, text) });
      create.addEventListener("click", () => this.#form.create(), { signal });
    }
    window.addEventListener("hashchange", () => this.#choose(true), { signal });
  }

  close() {
    this.#listeners.abort();
    this.#selection.close();
    this.#form?.close();
  }

  async refresh() {
    const read = ++this.#reads;
    const answer = await this.#api.get("v1/budgets", this.#selection.parameters);
    if (read !== this.#reads) {
      return;
    }
    if (!this.#selection.answered(answer.matching)) {
      await this.refresh();
      return;
    }
    this.#budgets = answer.budgets;
    new AsOf(answer.as_of, this.#api.now()).into(this.asOfNode);
    if (answer.budgets.length === 0) {
      this.empty(this.#selection.isFiltered ? "No campaign matches." : "There are no campaigns yet." + (this.#form === null ? "" : " Create the first one."));
    } else {
      this.full();
    }
    keyed(this.#rows, answer.budgets, (budget) => budget.campaign, () => this.#make(), (node, budget) => this.#update(node, budget));
    await this.#choose(false);
  }

  /** Shows another part at once, whatever else is being refreshed. */
  async #reselect() {
    const before = this.#chosenBefore;
    try {
      await this.refresh();
      if (before !== this.#chosenBefore) {
        this.#options.refresh();
      }
    } catch (problem) {
      if (!this.#api.isClosed) {
        this.failed(problem);
      }
    }
  }

  /** The campaign that the address names, or otherwise the first one. */
  async #choose(byPerson) {
    const named = new URLSearchParams(location.hash.slice(1)).get("campaign");
    const chosen = named ?? this.#budgets[0]?.campaign ?? null;
    for (const node of this.#rows.children) {
      const isChosen = node.dataset.key === chosen;
      node.classList.toggle("chosen", isChosen);
      setAttribute(node.querySelector(".open"), "aria-current", String(isChosen));
    }
    // The chosen campaign may be on another page.
    this.#known = this.#budgets.find((budget) => budget.campaign === chosen)
      ?? (this.#known?.campaign === chosen ? this.#known : null);
    const change = chosen !== this.#chosenBefore;
    this.#chosenBefore = chosen;
    this.#options.chosen(this.#known ?? (chosen === null ? null : { campaign: chosen }));
    if (byPerson && change) {
      await this.#options.refresh();
      document.getElementById("detail").scrollIntoView({ block: "nearest" });
    }
  }

  #make() {
    const node = row(this.#columns);
    const [name, state, today, total, remaining, pace, change] = node.children;
    const open = el("button", { type: "button", className: "open" });
    open.addEventListener("click", () => this.#options.open(node.dataset.key));
    name.append(open, el("span", { className: "quiet" }));
    state.append(el("span", { className: "state" }), el("span", { className: "quiet note" }));
    today.append(...bar());
    total.append(...bar(), el("span", { className: "quiet goal" }));
    remaining.append(el("span"), el("span", { className: "quiet" }));
    pace.append(el("span"), el("span", { className: "quiet" }));
    if (change) {
      const toggle = el("button", { type: "button" });
      const edit = el("button", { type: "button", textContent: "Edit" });
      const copy = el("button", { type: "button", textContent: "Copy" });
      toggle.addEventListener("click", () => this.#change(node, toggle, () => this.#toggle(node, toggle)));
      edit.addEventListener("click", () => this.#change(node, edit, () => this.#form.edit(node.dataset.key)));
      copy.addEventListener("click", () => this.#change(node, copy, () => this.#form.copy(node.dataset.key)));
      change.append(el("div", { className: "changes" }, toggle, edit, copy), el("p", { className: "error", role: "alert", hidden: true }));
    }
    return node;
  }

  #update(node, budget) {
    const words = new BudgetWords(budget, this.#api.now());
    const [name, state, today, total, remaining, pace, change] = node.children;
    setText(name.children[0], budget.name);
    setText(name.children[1], budget.campaign + " · " + budget.advertiser);
    setText(state.firstChild, words.state.text);
    setClass(state.firstChild, "state " + words.state.level);
    setText(state.lastChild, words.state.note);
    fill(today, words, budget.today);
    fill(total, words, budget.total);
    setText(total.querySelector(".goal"), words.goal);
    setText(remaining.children[0], words.remaining(budget.total));
    setText(remaining.children[1], budget.today.budget_micros === null ? "" : words.remaining(budget.today) + " today");
    setText(pace.children[0], words.pace.text);
    setClass(pace.children[0], words.pace.level === "off" ? "quiet" : words.pace.level);
    setText(pace.children[1], words.pace.detail);
    if (change) {
      const [toggle, edit, copy] = change.firstChild.children;
      toggle.dataset.status = budget.status;
      show(toggle, budget.status !== "ended");
      setText(toggle, budget.status === "paused" ? "Resume" : "Pause");
      for (const button of [toggle, edit, copy]) {
        setAttribute(button, "aria-label", button.textContent + " " + budget.name);
      }
    }
  }

  /** Runs an action of a row, and shows its failure there. */
  async #change(node, button, action) {
    if (button.getAttribute("aria-disabled") === "true") {
      return;
    }
    const error = node.lastChild.querySelector(".error");
    // Not "disabled", which would remove the focus.
    button.setAttribute("aria-disabled", "true");
    try {
      await action();
      show(error, false);
    } catch (problem) {
      setText(error, problem.message);
      show(error, true);
    }
    button.removeAttribute("aria-disabled");
  }

  async #toggle(node, button) {
    const action = button.dataset.status === "paused" ? "resume" : "pause";
    try {
      const changed = await this.#api.post("v1/campaigns/" + encodeURIComponent(node.dataset.key) + "/" + action);
      this.#options.say(changed.name + " is " + changed.status + " now.");
    } finally {
      // Not awaited: the row may be changed again before all panels are up to date.
      this.#options.refresh();
    }
  }

  async #saved(campaign, text) {
    this.#options.say(text);
    this.#options.open(campaign.id);
    await this.#options.refresh();
  }
}

function bar() {
  return [
    el("span", { className: "amount" }),
    el("span", { className: "bar", "aria-hidden": "true" }, el("span", { className: "filled" }), el("span", { className: "line" })),
    el("span", { className: "quiet rest" }),
  ];
}

function fill(cell, words, part) {
  setText(cell.querySelector(".amount"), words.spent(part));
  setText(cell.querySelector(".rest"), words.rest(part));
  const share = part.budget_micros > 0 ? Math.min(1, part.spent_micros / part.budget_micros) : part.budget_micros === 0 ? 1 : 0;
  const node = cell.querySelector(".bar");
  node.classList.toggle("unlimited", part.budget_micros === null);
  node.classList.toggle("full", part.budget_micros !== null && part.spent_micros >= part.budget_micros);
  node.children[0].style.width = share * 100 + "%";
  const line = words.line(part);
  node.children[1].hidden = line === null;
  node.children[1].style.left = (line ?? 0) * 100 + "%";
}
