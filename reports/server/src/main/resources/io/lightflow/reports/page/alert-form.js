import { figure, FIGURES, fromNumber, TEMPLATES, toNumber, unit } from "./alert-figures.js";
import { el, setText, show } from "./dom.js";
import { Field, input, json, select, toInteger } from "./fields.js";

const NEW = {
  name: "", advertiser: null, status: "active", figure: "impressions", filter: {}, compared_with: "threshold", is: "at_least", threshold: null,
  resolve_threshold: null, window_minutes: null, hold_minutes: 0, minimum_impressions: 0, webhook: null, emails: [],
};

/** Creates and edits rules in a dialog. The API validates, and its messages stand beside the fields. */
export class AlertForm {
  #api;
  #options;
  #dialog;
  #title = el("h2", { id: "alert-form-title" });
  #summary = el("p", { className: "error", role: "alert", tabIndex: -1 });
  #submit = el("button", { type: "submit", className: "primary" });
  #template;
  #fields;
  #rule = null;

  /** @param options advertiser of the account or null, saved(rule, text) */
  constructor(api, options) {
    this.#api = api;
    this.#options = options;
    this.#fields = fields();
    const f = this.#fields;
    const templates = TEMPLATES.filter((one) => options.advertiser === null || !one.isForAll);
    this.#template = new Field({ label: "Begin with", control: select(templates.map((one, place) => [String(place), one.title])), isWide: true });
    const cancel = el("button", { type: "button", textContent: "Cancel" });
    const form = el("form", { noValidate: true },
      this.#title,
      group("Rule", this.#template, f.name, f.advertiser, f.status),
      group("Condition", f.figure, f.is, f.compared_with, f.threshold, f.resolve_threshold, f.window_minutes, f.hold_minutes, f.minimum_impressions, f.filter),
      group("Messages", f.webhook, f.emails),
      el("div", { className: "actions" }, this.#summary, this.#submit, cancel));
    this.#dialog = el("dialog", { className: "campaign-form", "aria-labelledby": "alert-form-title" }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener("input", () => this.#adapt());
    this.#template.control.addEventListener("change", () => this.#fill({ ...NEW, advertiser: options.advertiser, ...templates[Number(this.#template.value)].rule }));
    cancel.addEventListener("click", () => this.#dialog.close());
    document.body.append(this.#dialog);
  }

  create() {
    this.#template.control.value = "0";
    this.#open({ ...NEW, advertiser: this.#options.advertiser, ...TEMPLATES[0].rule }, null, "New rule", "Create");
  }

  async edit(id) {
    const rule = await this.#api.get("v1/alerts/" + id);
    this.#open(rule, rule, "Edit " + rule.name, "Save");
  }

  close() {
    this.#dialog.remove();
  }

  #open(values, existing, title, verb) {
    this.#rule = existing;
    show(this.#template.node, existing === null);
    this.#fill(values);
    setText(this.#summary, "");
    setText(this.#title, title);
    setText(this.#submit, verb);
    this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    (existing === null ? this.#template : this.#fields.name).control.focus();
  }

  #fill(rule) {
    const f = this.#fields;
    const scale = unit(rule.figure, rule.compared_with);
    f.name.reset(rule.name);
    f.advertiser.reset(rule.advertiser ?? "", this.#options.advertiser !== null);
    f.status.reset(rule.status);
    f.figure.reset(rule.figure);
    f.is.reset(rule.is);
    f.compared_with.reset(rule.compared_with);
    f.threshold.reset(fromNumber(rule.threshold, scale));
    f.resolve_threshold.reset(fromNumber(rule.resolve_threshold, scale));
    f.window_minutes.reset(rule.window_minutes === null ? "" : String(rule.window_minutes));
    f.hold_minutes.reset(String(rule.hold_minutes));
    f.minimum_impressions.reset(String(rule.minimum_impressions));
    f.filter.reset(Object.entries(rule.filter).flatMap(([name, values]) => values.map((value) => name + ":" + value)).join("\n"));
    f.webhook.reset(rule.webhook ?? "");
    f.emails.reset(rule.emails.join(", "));
    this.#adapt();
  }

  /** Shows the fields that the figure has. */
  #adapt() {
    const f = this.#fields;
    const { source, name } = figure(f.figure.value);
    const isStatistics = source === "statistics";
    show(f.compared_with.node, isStatistics);
    show(f.minimum_impressions.node, isStatistics);
    show(f.window_minutes.node, isStatistics || name === "certificate_differences");
    show(f.filter.node, source !== "platform");
    const { suffix, factor } = unit(name, this.#comparedWith);
    const words = suffix !== "" ? "In" + suffix.replace("min", "minutes") + "." : factor === 1 ? "A count." : "An amount in the currency of the filter.";
    f.threshold.hint(words);
    f.resolve_threshold.hint(words + " Empty: as the threshold.");
  }

  get #comparedWith() {
    return figure(this.#fields.figure.value).source === "statistics" ? this.#fields.compared_with.value : "threshold";
  }

  #body() {
    const f = this.#fields;
    const { source } = figure(f.figure.value);
    const scale = unit(f.figure.value, this.#comparedWith);
    const threshold = toNumber(f.threshold.value, scale);
    const resolve = toNumber(f.resolve_threshold.value, scale);
    const shown = (field) => !field.node.hidden;
    return {
      name: f.name.value,
      advertiser: f.advertiser.value || null,
      status: f.status.value,
      figure: f.figure.value,
      is: f.is.value,
      compared_with: this.#comparedWith,
      threshold,
      ...(resolve === null ? {} : { resolve_threshold: resolve }),
      ...(shown(f.window_minutes) ? { window_minutes: toInteger(f.window_minutes.value) } : {}),
      hold_minutes: toInteger(f.hold_minutes.value),
      ...(shown(f.minimum_impressions) ? { minimum_impressions: toInteger(f.minimum_impressions.value) } : {}),
      ...(source === "platform" ? {} : { filter: filters(f.filter.value) }),
      webhook: f.webhook.value || null,
      emails: f.emails.value.split(/[\s,;]+/).filter((one) => one !== ""),
    };
  }

  async #save() {
    if (this.#submit.getAttribute("aria-disabled") === "true") {
      return;
    }
    Object.values(this.#fields).forEach((field) => field.fail(""));
    setText(this.#summary, "");
    // Not "disabled", which would remove the focus.
    this.#submit.setAttribute("aria-disabled", "true");
    try {
      const old = this.#rule;
      const body = json(this.#body());
      const saved = await (old === null ? this.#api.post("v1/alerts", body) : this.#api.put("v1/alerts/" + old.id, body, old.version));
      this.#dialog.close();
      this.#options.saved(saved, saved.name + (old === null ? " is created." : " is saved."));
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#submit.removeAttribute("aria-disabled");
    }
  }

  #failed(problem) {
    const other = [];
    for (const error of problem.errors) {
      const field = this.#fields[error.parameter.split(".")[0]];
      if (field === undefined || field.node.hidden) {
        other.push(error.parameter + " must be " + error.allowed + ".");
      } else {
        field.fail(NUMBERS.has(error.parameter) && error.allowed.startsWith("a number") ? "Must be a number such as 12.5." : "Must be " + error.allowed + ".");
      }
    }
    const wrong = Object.values(this.#fields).filter((field) => field.isWrong);
    setText(this.#summary, problem.status === 412 ? "Someone has changed this rule since you opened it. Cancel, and edit it again."
      : wrong.length === 0 || other.length > 0 ? [...other, ...(other.length > 0 ? [] : [problem.message])].join(" ")
        : wrong.length === 1 ? "One field is invalid." : wrong.length + " fields are invalid.");
    (wrong[0]?.control ?? this.#summary).focus();
  }
}

const NUMBERS = new Set(["threshold", "resolve_threshold"]);

/** Lines such as campaign:spring. */
function filters(text) {
  const filter = {};
  for (const line of text.split("\n").map((one) => one.trim()).filter((one) => one !== "")) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    filter[name] = [...(filter[name] ?? []), line.slice(colon + 1)];
  }
  return filter;
}

/** In the order of the form, so that the first invalid field gets the focus. */
function fields() {
  return {
    name: new Field({ label: "Name", control: input({ required: true }), isWide: true }),
    advertiser: new Field({ label: "Advertiser", control: input(), hint: "Whose figures count. Empty: all." }),
    status: new Field({ label: "Status", control: select([["active", "active"], ["paused", "paused"]]) }),
    figure: new Field({ label: "Figure", control: select(FIGURES.map((one) => [one.name, one.title])), isWide: true }),
    is: new Field({ label: "Fires", control: select([["at_least", "at or above the threshold"], ["at_most", "at or below the threshold"]]) }),
    compared_with: new Field({ label: "Threshold is", control: select([["threshold", "a number"], ["previous_period", "a part of the previous period"]]) }),
    threshold: new Field({ label: "Threshold", control: input({ inputMode: "decimal", required: true }), hint: " " }),
    resolve_threshold: new Field({ label: "Resolves beyond", control: input({ inputMode: "decimal" }), hint: " " }),
    window_minutes: new Field({ label: "Window", control: input({ inputMode: "numeric" }), hint: "In minutes. Empty: an hour, or a day of certificates." }),
    hold_minutes: new Field({ label: "Holds for", control: input({ inputMode: "numeric" }), hint: "In minutes. 0: one evaluation is enough." }),
    minimum_impressions: new Field({ label: "Minimum impressions", control: input({ inputMode: "numeric" }), hint: "With fewer in the window, nothing changes." }),
    filter: new Field({
      label: "Only", control: el("textarea", { rows: 2, spellcheck: false }), isWide: true,
      hint: "A dimension and a value on each line, such as campaign:spring. Money needs a line such as currency:EUR.",
    }),
    webhook: new Field({ label: "Webhook", control: input({ type: "url" }), isWide: true }),
    emails: new Field({ label: "Emails", control: input(), hint: "With commas between them.", isWide: true }),
  };
}

function group(legend, ...members) {
  return el("fieldset", {}, el("legend", { textContent: legend }), ...members.map((field) => field.node));
}
