import { enter, logOut, say } from "./account.js";
import { show } from "./dom.js";
import { CampaignsPanel } from "./campaigns.js";
import { DetailPanel } from "./detail.js";
import { AdsPanel } from "./ads.js";
import { DelayPanel } from "./delay.js";
import { HistoryPanel } from "./history.js";
import { ShardsPanel } from "./shards.js";

const byId = (id) => document.getElementById(id);

/** The dashboard of one account, from login to logout. */
class Dashboard {
  #api;
  #groups;
  #timer = null;
  #running = null;
  #next = null;
  #failure = "";

  constructor(api, me) {
    this.#api = api;
    const detail = new DetailPanel(api);
    const history = new HistoryPanel(api);
    const open = (campaign) => {
      location.hash = new URLSearchParams({ campaign }).toString();
    };
    const campaigns = new CampaignsPanel(api, {
      isManager: me.role === "manager",
      advertiser: me.advertiser,
      open,
      chosen: (budget) => {
        detail.show(budget);
        history.show(budget);
      },
      say,
      refresh: () => this.refresh(),
    });
    const ads = new AdsPanel(api, { open, refresh: () => this.refresh() });
    const seesShards = me.advertiser === null;
    show(byId("shards"), seesShards);
    // The list of campaigns determines the campaign in the other panels.
    this.#groups = [[campaigns, detail, history], [ads], [new DelayPanel(api, byId("freshness"), say)],
      ...(seesShards ? [[new ShardsPanel(api)]] : [])];
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
    const pauseMs = Number(byId("pause-refresh").value);
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
    this.#api.close();
    this.#groups.flat().forEach((panel) => panel.close?.());
  }
}

let dashboard = null;

byId("pause-refresh").addEventListener("change", () => dashboard?.refresh());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && byId("pause-refresh").value !== "0") {
    dashboard?.refresh();
  }
});

enter({
  open: (api, me) => {
    show(byId("refresh-choice"), true);
    dashboard = new Dashboard(api, me);
    return dashboard.refresh();
  },
  close: () => dashboard?.close(),
});
