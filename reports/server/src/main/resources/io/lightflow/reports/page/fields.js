import { el, setAttribute, setText, show } from "./dom.js";

let nextId = 0;

/** A control with its label, a hint, and the message about its value beside it. */
export class Field {
  #error;
  #hint;
  #initial = "";

  /** @param options label, control, and optionally hint, options of a datalist, and isWide */
  constructor({ label, control, hint = "", suggestions = [], isWide = false }) {
    const id = "field-" + nextId++;
    this.control = control;
    control.id = id;
    this.#error = el("p", { className: "error", id: id + "-error", hidden: true });
    this.#hint = el("p", { className: "quiet", id: id + "-hint", textContent: hint, hidden: hint === "" });
    control.setAttribute("aria-describedby", id + "-error " + id + "-hint");
    this.node = el("div", { className: isWide ? "field wide" : "field" },
      el("label", { htmlFor: id, textContent: label }), control, this.#error, this.#hint);
    if (suggestions.length > 0) {
      control.setAttribute("list", id + "-list");
      this.node.append(el("datalist", { id: id + "-list" }, ...suggestions.map((value) => el("option", { value }))));
    }
  }

  get value() {
    return this.control.value.trim();
  }

  /** Shows a value that counts as unchanged. */
  reset(value, isFixed = false) {
    this.control.value = value;
    this.#initial = this.value;
    this.control.readOnly = isFixed;
    this.fail("");
  }

  get isChanged() {
    return this.value !== this.#initial;
  }

  /** @param message empty if the value is valid */
  fail(message) {
    setText(this.#error, message);
    show(this.#error, message !== "");
    setAttribute(this.control, "aria-invalid", String(message !== ""));
  }

  hint(text) {
    setText(this.#hint, text);
  }

  get isWrong() {
    return this.#error.textContent !== "";
  }
}

export function input(properties = {}) {
  return el("input", { type: "text", autocomplete: "off", spellcheck: false, ...properties });
}

/** @param options pairs of value and text */
export function select(options) {
  return el("select", {}, ...options.map(([value, textContent]) => el("option", { value, textContent })));
}

/** An amount as people write it, such as 1250.50. */
export function fromMicros(micros) {
  if (micros === null) {
    return "";
  }
  const digits = String(BigInt(micros)).padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return digits.slice(0, -6) + (fraction === "" ? "" : "." + fraction.padEnd(2, "0"));
}

/** @returns micros; null for an empty amount; the text itself if it is not an amount */
export function toMicros(text) {
  if (text === "") {
    return null;
  }
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text.replace(/[\s_']/g, ""));
  return match === null ? text : BigInt(match[1] + match[2] + (match[3] ?? "").padEnd(6, "0"));
}

/** @returns an integer; null for an empty string; the text itself if it is not an integer */
export function toInteger(text) {
  return text === "" ? null : /^-?\d+$/.test(text) ? BigInt(text) : text;
}

/** JSON with integers beyond the exact range of a double. */
export function json(value) {
  if (typeof value === "bigint") {
    return String(value);
  }
  if (Array.isArray(value)) {
    return "[" + value.map(json).join(",") + "]";
  }
  return value !== null && typeof value === "object"
    ? "{" + Object.entries(value).map(([name, part]) => JSON.stringify(name) + ":" + json(part)).join(",") + "}"
    : JSON.stringify(value);
}
