import { el, keyed, Panel, row, setText, table } from "./dom.js";
import { AsOf, count } from "./format.js";

const MOST = 10;

/** Shows the ads with the highest count of a metric in the last minutes. */
export class AdsPanel extends Panel {
  #api;
  #metric = document.getElementById("ads-metric");
  #window = document.getElementById("ads-window");
  #columns;
  #rows;
  #listeners = new AbortController();
  #open;

  /** @param options open(campaign), refresh() */
  constructor(api, options) {
    super("ads");
    this.#api = api;
    this.#open = options.open;
    this.#columns = [{ title: "Ad", isName: true }, { title: "Campaign" }, { title: "Count", numeric: true }];
    const { node, body } = table("Ads with the most events in the last minutes", this.#columns);
    this.#rows = body;
    this.body.replaceChildren(node);
    for (const choice of [this.#metric, this.#window]) {
      choice.addEventListener("change", () => options.refresh(), { signal: this.#listeners.signal });
    }
  }

  close() {
    this.#listeners.abort();
  }

  async refresh() {
    const answer = await this.#api.get("v1/ads/popular_ads", { count: MOST, window: this.#window.value, metric: this.#metric.value });
    new AsOf(answer.as_of, this.#api.now()).into(this.asOfNode);
    if (answer.ads.length === 0) {
      this.empty("No ad had any " + this.#metric.value + " in this period.");
    } else {
      this.full();
    }
    const most = answer.ads[0]?.count ?? 1;
    keyed(this.#rows, answer.ads, (ad) => JSON.stringify([ad.ad, ad.campaign, ad.advertiser]), () => this.#make(), (node, ad) => {
      const [name, campaign, figure] = node.children;
      setText(name, ad.ad);
      setText(campaign.firstChild, ad.campaign);
      setText(figure.children[0], count(ad.count));
      figure.children[1].firstChild.style.width = (ad.count / most) * 100 + "%";
    });
  }

  #make() {
    const node = row(this.#columns);
    const [, campaign, figure] = node.children;
    const open = el("button", { type: "button", className: "open" });
    open.addEventListener("click", () => this.#open(open.textContent));
    campaign.append(open);
    figure.append(el("span", { className: "amount" }), el("span", { className: "bar plain", "aria-hidden": "true" }, el("span", { className: "filled" })));
    return node;
  }
}
