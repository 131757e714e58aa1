import { setText, show } from "./dom.js";
import { money, NOTHING } from "./format.js";

const INTERVAL_MS = 60_000;

/** One sentence about what the selected campaign will have spent at the end of its day. */
export class Forecast {
  #api;
  #node = document.getElementById("forecast");
  #campaign = null;
  #readAt = 0;

  constructor(api) {
    this.#api = api;
  }

  /** @param budget the campaign's budget, or only its id, or null. Only a campaign that someone has created has a day. */
  show(budget) {
    const campaign = budget?.currency === undefined ? null : budget.campaign;
    if (campaign !== this.#campaign) {
      this.#campaign = campaign;
      this.#readAt = 0;
      show(this.#node, false);
    }
  }

  async refresh() {
    const campaign = this.#campaign;
    if (campaign === null || Date.now() - this.#readAt < INTERVAL_MS) {
      return;
    }
    this.#readAt = Date.now();
    const forecast = await this.#api.get("v1/campaigns/" + encodeURIComponent(campaign) + "/forecast");
    if (campaign !== this.#campaign) {
      return;
    }
    const amount = (micros) => (forecast.currency === "" ? NOTHING : money(micros, forecast.currency));
    setText(this.#node, "Forecast for today: " + amount(forecast.forecast_micros)
      + (forecast.demand_micros > forecast.forecast_micros ? ", held back by the budget or the state from " + amount(forecast.demand_micros) : "") + ". "
      + (forecast.profile_days === 0 ? "It continues the day so far evenly."
        : "It follows the hours of " + (forecast.profile_days === 1 ? "a day" : forecast.profile_days + " days") + " before, at " + Math.round(forecast.pace * 100) + "% of them."));
    show(this.#node, true);
  }

  failed(problem) {
    this.#readAt = 0;
    setText(this.#node, problem.message);
    show(this.#node, true);
  }
}
