import { el, setText, show } from "./dom.js";

/** Saves the choices of a page, which are those of its address, and opens saved ones. A link names a view by its number. */
export class SavedViews {
  #api;
  #page;
  #say;
  #views = [];
  #choice = el("select");
  #save = el("button", { type: "button", textContent: "Save view" });
  #delete = el("button", { type: "button", textContent: "Delete view" });
  #link = el("a", { textContent: "Link to this view" });
  #form;
  #name = el("input", { maxLength: 100, required: true, autocomplete: "off", spellcheck: false });
  #error = el("p", { className: "error", role: "alert", hidden: true });

  /** @param say announces a message */
  constructor(host, api, page, say) {
    this.#api = api;
    this.#page = page;
    this.#say = say;
    const cancel = el("button", { type: "button", textContent: "Cancel" });
    this.#form = el("form", { className: "choices", hidden: true },
      el("label", {}, "Name ", this.#name), el("button", { type: "submit", textContent: "Save" }), cancel);
    host.replaceChildren(el("div", { className: "choices" }, el("label", {}, "View ", this.#choice), this.#save, this.#delete, this.#link), this.#form, this.#error);
    this.#choice.addEventListener("change", () => this.#open(this.#views.find((one) => String(one.id) === this.#choice.value)));
    this.#save.addEventListener("click", () => {
      this.#name.value = this.#chosen?.name ?? "";
      show(this.#form, true);
      this.#name.focus();
    });
    cancel.addEventListener("click", () => this.#closeForm());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#attempt(() => this.#store());
    });
    this.#delete.addEventListener("click", () => this.#attempt(() => this.#remove()));
  }

  /** Reads the views, and opens the one that the address names. */
  async start() {
    await this.#attempt(async () => {
      await this.#read();
      await this.#follow();
    });
  }

  /** Follows the address: a link to a view may be opened on this page, too. */
  async followAddress() {
    await this.#attempt(() => this.#follow());
    this.#show();
  }

  async #follow() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (state.has("view") && [...state.keys()].length === 1) {
      this.#open(await this.#api.get("v1/views/" + encodeURIComponent(state.get("view"))));
    }
  }

  async #read() {
    const { views } = await this.#api.get("v1/views");
    this.#views = views.filter((one) => one.page === this.#page);
    this.#choice.replaceChildren(el("option", { value: "", textContent: "–" }), ...this.#views.map((one) => el("option", { value: String(one.id), textContent: one.name })));
    this.#show();
  }

  /** The saved view whose choices the address has. */
  get #chosen() {
    const state = currentState();
    return this.#views.find((one) => one.state === state);
  }

  #show() {
    const chosen = this.#chosen;
    this.#choice.value = chosen === undefined ? "" : String(chosen.id);
    show(this.#delete, chosen !== undefined);
    show(this.#link, chosen !== undefined);
    if (chosen !== undefined) {
      this.#link.href = location.pathname + "#view=" + chosen.id;
    }
  }

  #open(view) {
    if (view !== undefined) {
      location.hash = view.state;
    }
  }

  async #store() {
    const saved = await this.#api.post("v1/views", JSON.stringify({ page: this.#page, name: this.#name.value.trim(), state: currentState() }));
    this.#closeForm();
    this.#views = [...this.#views.filter((one) => one.id !== saved.id), saved];
    this.#choice.replaceChildren(el("option", { value: "", textContent: "–" }), ...this.#views.map((one) => el("option", { value: String(one.id), textContent: one.name })));
    this.#show();
    this.#say("The view " + saved.name + " is saved.");
  }

  async #remove() {
    const { id, name } = this.#chosen;
    await this.#api.delete("v1/views/" + id);
    this.#views = this.#views.filter((one) => one.id !== id);
    this.#choice.querySelector("option[value='" + id + "']").remove();
    this.#show();
    this.#choice.focus();
    this.#say("The view " + name + " is deleted.");
  }

  #closeForm() {
    show(this.#form, false);
    this.#save.focus();
  }

  async #attempt(action) {
    try {
      await action();
      show(this.#error, false);
    } catch (problem) {
      setText(this.#error, problem.message);
      show(this.#error, true);
    }
  }
}

function currentState() {
  const state = new URLSearchParams(location.hash.slice(1));
  state.delete("view");
  return state.toString();
}
