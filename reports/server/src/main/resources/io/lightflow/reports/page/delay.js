import { el, Panel, setText } from "./dom.js";
import { AsOf, span, timeOfDay } from "./format.js";
import { LineChart } from "./chart.js";

const KEPT_MS = 15 * 60_000;

/** Shows the lag of the statistics since the page was opened. */
export class DelayPanel extends Panel {
  #api;
  #freshness;
  #say;
  #figure = el("p", { className: "delay" });
  #words = el("p", { className: "quiet" });
  #plots = el("div", { className: "plots" });
  #chart = null;
  #seen = [];
  #wasLagging = null;

  constructor(api, freshness, say) {
    super("delay");
    this.#api = api;
    this.#freshness = freshness;
    this.#say = say;
    this.body.replaceChildren(this.#figure, this.#words, this.#plots);
  }

  async refresh() {
    const { as_of: asOf } = await this.#api.get("v1/ads/popular_ads", { count: 1, window: 1 });
    const now = this.#api.now();
    const state = new AsOf(asOf, now);
    state.into(this.#freshness);
    this.#freshness.hidden = false;
    this.#tell(state);
    if (state.behindMs === null) {
      this.empty("No figures are complete yet: a shard has counted nothing.");
      return;
    }
    this.full();
    setText(this.#figure, span(state.behindMs));
    this.#figure.classList.toggle("lagging", state.isLagging);
    setText(this.#words, "between now and the time up to which all events are counted");
    this.#seen.push([Date.parse(asOf.read_at) / 1000, state.behindMs / 1000]);
    this.#seen = this.#seen.filter(([time]) => time * 1000 > now - KEPT_MS);
    this.#chart ??= new LineChart(this.#plots, {
      title: "Lag in seconds since this page was opened",
      color: "--line-1",
      full: (seconds) => span(seconds * 1000),
      short: (seconds) => (seconds < 1 && seconds > 0 ? seconds.toFixed(1) : Math.round(seconds)) + " s",
      time: timeOfDay,
      range: (_plot, _first, last) => [last - KEPT_MS / 1000, last],
    });
    const delays = this.#seen.map(([, delay]) => delay);
    this.#chart.set(this.#seen.map(([time]) => time), delays, null, "now " + span(state.behindMs) + ", at most " + span(Math.max(...delays) * 1000) + ".");
  }

  failed(problem) {
    super.failed(problem);
    setText(this.#freshness, "Refreshing the figures failed");
    this.#freshness.classList.add("lagging");
    this.#freshness.hidden = false;
  }

  #tell(state) {
    if (this.#wasLagging !== null && this.#wasLagging !== state.isLagging) {
      this.#say(state.isLagging ? "The statistics are lagging: " + state.words + "." : "The statistics have caught up.");
    }
    this.#wasLagging = state.isLagging;
  }

  close() {
    this.#chart?.close();
  }
}
