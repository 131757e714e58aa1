import { el, setText, show } from "./dom.js";
import { Field, fromMicros, input, json, select, toInteger, toMicros } from "./fields.js";
import { isZone, toClock, toMoment } from "./wallclock.js";

const AMOUNT = "Must be an amount from 0 to 1000000000000, such as 1250.50, or empty.";
const NEW = {
  id: "", advertiser: "", name: "", currency: "", total_budget_micros: null, daily_budget_micros: null, time_zone: "UTC",
  starts_at: null, ends_at: null, goal: null, pacing: "asap", status: "active",
};
/** Which field shows the API's message about a parameter, where their names differ. */
const FIELD_OF = { "goal.metric": "goal_metric", "goal.count": "goal_count", goal: "goal_metric" };

/** Creates, edits and copies campaigns in a dialog. The API validates, and its messages stand beside the fields. */
export class CampaignForm {
  #api;
  #options;
  #dialog;
  #form;
  #title;
  #summary;
  #reload;
  #submit;
  #fields;
  #campaign = null;
  #mayDiscard = false;

  /** @param options advertiser of the account or null, saved(campaign, text) */
  constructor(api, options) {
    this.#api = api;
    this.#options = options;
    this.#fields = fields();
    const f = this.#fields;
    this.#title = el("h2", { id: "campaign-form-title" });
    this.#summary = el("p", { className: "error", role: "alert", tabIndex: -1 });
    this.#reload = el("button", { type: "button", textContent: "Load the current version", hidden: true });
    this.#submit = el("button", { type: "submit", className: "primary" });
    const cancel = el("button", { type: "button", textContent: "Cancel" });
    this.#form = el("form", { noValidate: true },
      this.#title,
      group("Campaign", f.name, f.id, f.advertiser, f.currency, f.status),
      group("Budget", f.total_budget_micros, f.daily_budget_micros, f.pacing),
      group("Dates", f.time_zone, f.starts_at, f.ends_at),
      group("Goal", f.goal_metric, f.goal_count),
      el("div", { className: "actions" }, this.#summary, this.#reload, this.#submit, cancel));
    this.#dialog = el("dialog", { className: "campaign-form", "aria-labelledby": "campaign-form-title" }, this.#form);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#form.addEventListener("input", () => {
      this.#mayDiscard = false;
      this.#enableGoal();
    });
    this.#dialog.addEventListener("cancel", (event) => this.#leave(event));
    cancel.addEventListener("click", (event) => this.#leave(event));
    this.#reload.addEventListener("click", () => this.#loadAgain());
    document.body.append(this.#dialog);
  }

  create() {
    this.#show({ ...NEW, advertiser: this.#options.advertiser ?? "" }, null, "New campaign", "Create");
  }

  async edit(id) {
    const campaign = await this.#get(id);
    this.#show(campaign, campaign, "Edit " + campaign.name, "Save");
  }

  /** The copy is paused, so that it does not spend before someone has looked at it. */
  async copy(id) {
    const campaign = await this.#get(id);
    const name = "Copy of " + campaign.name;
    this.#show({ ...campaign, id: "", name, status: "paused" }, null, name, "Create");
  }

  close() {
    this.#dialog.remove();
  }

  #get(id) {
    return this.#api.get("v1/campaigns/" + encodeURIComponent(id));
  }

  /** @param existing the campaign to change; null for a new one */
  #show(values, existing, title, verb) {
    this.#campaign = existing;
    this.#mayDiscard = false;
    const f = this.#fields;
    const zone = isZone(values.time_zone) ? values.time_zone : "UTC";
    const isOld = existing !== null;
    f.id.reset(values.id, isOld);
    f.advertiser.reset(values.advertiser, isOld || this.#options.advertiser !== null);
    f.currency.reset(values.currency, isOld);
    f.name.reset(values.name);
    f.status.reset(values.status);
    f.total_budget_micros.reset(fromMicros(values.total_budget_micros));
    f.daily_budget_micros.reset(fromMicros(values.daily_budget_micros));
    f.pacing.reset(values.pacing);
    f.time_zone.reset(values.time_zone);
    f.starts_at.reset(toClock(values.starts_at, zone));
    f.ends_at.reset(toClock(values.ends_at, zone));
    f.goal_metric.reset(values.goal?.metric ?? "");
    f.goal_count.reset(values.goal === null ? "" : String(values.goal.count));
    this.#enableGoal();
    this.#complain("");
    setText(this.#title, title);
    setText(this.#submit, verb);
    if (!this.#dialog.open) {
      this.#dialog.showModal();
    }
    (values.name !== "" && values.id === "" ? f.id : f.name).control.focus();
    this.#dialog.scrollTop = 0;
  }

  #enableGoal() {
    this.#fields.goal_count.control.disabled = this.#fields.goal_metric.value === "";
  }

  /** Asks once before changes are lost. */
  #leave(event) {
    if (this.#isChanged && !this.#mayDiscard) {
      event.preventDefault();
      this.#mayDiscard = true;
      this.#complain("Your changes are not saved. Cancel again to discard them.");
    } else if (event.type !== "cancel") {
      this.#dialog.close();
    }
  }

  get #isChanged() {
    return Object.values(this.#fields).some((field) => field.isChanged);
  }

  async #save() {
    if (this.#submit.getAttribute("aria-disabled") === "true") {
      return;
    }
    Object.values(this.#fields).forEach((field) => field.fail(""));
    this.#complain("");
    // Not "disabled", which would remove the focus.
    this.#submit.setAttribute("aria-disabled", "true");
    try {
      const old = this.#campaign;
      const saved = await (old === null
        ? this.#api.post("v1/campaigns", json(this.#body()))
        : this.#api.patch("v1/campaigns/" + encodeURIComponent(old.id), json(this.#patch()), old.version));
      this.#dialog.close();
      this.#options.saved(saved, saved.name + (old === null ? " is created." : " is saved."));
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#submit.removeAttribute("aria-disabled");
    }
  }

  #body() {
    const f = this.#fields;
    const zone = isZone(f.time_zone.value) ? f.time_zone.value : "UTC";
    const body = {};
    for (const name of ["id", "advertiser", "name", "currency", "time_zone", "pacing", "status"]) {
      body[name] = f[name].value;
    }
    body.currency = body.currency.toUpperCase();
    for (const name of ["total_budget_micros", "daily_budget_micros"]) {
      body[name] = toMicros(f[name].value);
    }
    for (const name of ["starts_at", "ends_at"]) {
      body[name] = f[name].control.validity.badInput ? "an incomplete time" : toMoment(f[name].value, zone);
    }
    body.goal = f.goal_metric.value === "" ? null : { metric: f.goal_metric.value, count: toInteger(f.goal_count.value) };
    return body;
  }

  /** Only what has changed: a form has less than the microseconds that a time may have. */
  #patch() {
    const f = this.#fields;
    const body = this.#body();
    const isZoneChanged = f.time_zone.isChanged;
    const isChanged = {
      ...Object.fromEntries(Object.entries(f).map(([name, field]) => [name, field.isChanged])),
      starts_at: f.starts_at.isChanged || isZoneChanged && f.starts_at.value !== "" || f.starts_at.control.validity.badInput,
      ends_at: f.ends_at.isChanged || isZoneChanged && f.ends_at.value !== "" || f.ends_at.control.validity.badInput,
      goal: f.goal_metric.isChanged || f.goal_count.isChanged,
    };
    return Object.fromEntries(Object.entries(body).filter(([name]) => isChanged[name]));
  }

  #failed(problem) {
    const wrong = [];
    const other = [];
    for (const error of problem.errors) {
      const field = this.#fields[FIELD_OF[error.parameter] ?? error.parameter];
      if (field === undefined) {
        other.push(error.parameter + " must be " + error.allowed + ".");
      } else {
        field.fail(error.parameter.endsWith("_micros") ? AMOUNT : "Must be " + error.allowed + ".");
        wrong.push(field);
      }
    }
    if (problem.type === "urn:lightflow:problem:taken") {
      this.#fields.id.fail("A campaign with this id exists already.");
      wrong.push(this.#fields.id);
    }
    if (problem.status === 412) {
      this.#complain("Someone has changed this campaign since you opened it.");
      show(this.#reload, true);
    } else if (wrong.length === 0 || other.length > 0) {
      this.#complain([...other, ...(other.length > 0 ? [] : [problem.message])].join(" "));
    } else {
      this.#complain(wrong.length === 1 ? "One field is invalid." : wrong.length + " fields are invalid.");
    }
    const first = Object.values(this.#fields).find((field) => field.isWrong);
    (first?.control ?? this.#summary).focus();
  }

  async #loadAgain() {
    try {
      await this.edit(this.#campaign.id);
    } catch (problem) {
      this.#complain(problem.message);
    }
  }

  #complain(text) {
    setText(this.#summary, text);
    show(this.#reload, false);
  }
}

/** In the order of the form, so that the first invalid field gets the focus. */
function fields() {
  const zones = Intl.supportedValuesOf("timeZone");
  return {
    name: new Field({ label: "Name", control: input({ required: true }), isWide: true }),
    id: new Field({ label: "Id", control: input({ required: true }), hint: "The campaign of the events. It cannot be changed later." }),
    advertiser: new Field({ label: "Advertiser", control: input({ required: true }), hint: "It cannot be changed later." }),
    currency: new Field({
      label: "Currency",
      control: input({ required: true, maxLength: 3, className: "code" }),
      hint: "A code such as EUR. It cannot be changed later.",
      suggestions: Intl.supportedValuesOf("currency"),
    }),
    status: new Field({ label: "Status", control: select([["active", "active"], ["paused", "paused"], ["ended", "ended"]]) }),
    total_budget_micros: new Field({
      label: "Total budget", control: input({ inputMode: "decimal" }), hint: "In the currency above. Empty: no limit.",
    }),
    daily_budget_micros: new Field({
      label: "Daily budget", control: input({ inputMode: "decimal" }), hint: "Per day in the time zone below. Empty: no limit.",
    }),
    pacing: new Field({
      label: "Pacing",
      control: select([["asap", "as fast as possible"], ["even", "even"]]),
      hint: "Even spreads the daily budget over the day, or else the total budget or the goal over the dates.",
    }),
    time_zone: new Field({
      label: "Time zone", control: input(), hint: "Of the two dates, and of the day of the daily budget.", suggestions: ["UTC", ...zones], isWide: true,
    }),
    starts_at: new Field({ label: "Starts", control: input({ type: "datetime-local", step: "any" }), hint: "Empty: at once." }),
    ends_at: new Field({ label: "Ends", control: input({ type: "datetime-local", step: "any" }), hint: "Empty: never." }),
    goal_metric: new Field({
      label: "Goal", control: select([["", "none"], ["impressions", "impressions"], ["clicks", "clicks"]]),
      hint: "The campaign stops when the goal is reached.",
    }),
    goal_count: new Field({ label: "Count", control: input({ inputMode: "numeric" }) }),
  };
}

function group(legend, ...members) {
  return el("fieldset", {}, el("legend", { textContent: legend }), ...members.map((field) => field.node));
}
