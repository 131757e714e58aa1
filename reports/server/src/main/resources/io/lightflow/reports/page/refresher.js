import { logOut, say } from "./account.js";
import { show } from "./dom.js";

const choice = document.getElementById("pause-refresh");

/** Refreshes the panels of a page again and again, as often as the user chooses. */
export class Refresher {
  #api;
  #groups;
  #timer = null;
  #running = null;
  #next = null;
  #failure = "";
  #listeners = new AbortController();

  /** @param groups lists of panels; the panels of a group are refreshed one after the other */
  constructor(api, groups) {
    this.#api = api;
    this.#groups = groups;
    const signal = this.#listeners.signal;
    show(document.getElementById("refresh-choice"), true);
    choice.addEventListener("change", () => this.refresh(), { signal });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && choice.value !== "0") {
        this.refresh();
      }
    }, { signal });
  }

  /** Starts after a running refresh, so that it shows earlier changes. */
  refresh() {
    clearTimeout(this.#timer);
    this.#next ??= (async () => {
      await this.#running;
      this.#next = null;
      this.#running = this.#refreshAll();
      await this.#running;
      this.#again();
    })();
    return this.#next;
  }

  async #refreshAll() {
    const failures = [];
    await Promise.all(this.#groups.map(async (group) => {
      for (const panel of group) {
        await this.#refreshOne(panel, failures);
      }
    }));
    const failure = failures[0] ?? "";
    if ((failure === "") !== (this.#failure === "")) {
      say(failure === "" ? "All figures are up to date again." : "Refreshing the figures failed: " + failure);
    }
    this.#failure = failure;
  }

  #again() {
    clearTimeout(this.#timer);
    const pauseMs = Number(choice.value);
    if (!this.#api.isClosed && pauseMs > 0) {
      this.#timer = setTimeout(() => (document.hidden ? this.#again() : this.refresh()), pauseMs);
    }
  }

  async #refreshOne(panel, failures) {
    if (this.#api.isClosed) {
      return;
    }
    try {
      await panel.refresh();
    } catch (problem) {
      if (this.#api.isClosed) {
        return;
      }
      if (problem.status === 401) {
        logOut("The token is no longer valid. Log in again.");
      } else {
        failures.push(problem.message);
        panel.failed(problem);
      }
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#listeners.abort();
    this.#api.close();
    this.#groups.flat().forEach((panel) => panel.close?.());
  }
}
