import { Api } from "./api.js";
import { session } from "./session.js";
import { setText, show } from "./dom.js";
import { CampaignsPanel } from "./campaigns.js";
import { DetailPanel } from "./detail.js";
import { AdsPanel } from "./ads.js";
import { DelayPanel } from "./delay.js";
import { ShardsPanel } from "./shards.js";

const byId = (id) => document.getElementById(id);
const needsToken = document.documentElement.dataset.accounts === "required";

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
    const open = (campaign) => {
      location.hash = new URLSearchParams({ campaign }).toString();
    };
    const campaigns = new CampaignsPanel(api, {
      isManager: me.role === "manager",
      open,
      chosen: (budget) => detail.show(budget),
      say,
      refresh: () => this.refresh(),
    });
    const ads = new AdsPanel(api, { open, refresh: () => this.refresh() });
    const seesShards = me.advertiser === null;
    show(byId("shards"), seesShards);
    // The list of campaigns determines the campaign in the detail panel.
    this.#groups = [[campaigns, detail], [ads], [new DelayPanel(api, byId("freshness"), say)],
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

/** Announces a message to screen readers, once and politely. */
function say(text) {
  setText(byId("notice"), text);
}

async function logIn(token) {
  const api = new Api(token);
  const me = await api.get("v1/me");
  if (token !== null) {
    session.keep(token);
  }
  setText(byId("account"), needsToken ? me.name + ", " + me.role + (me.advertiser ? " of " + me.advertiser : "") : "");
  show(byId("account"), needsToken);
  show(byId("logout"), needsToken);
  show(byId("loading"), false);
  show(byId("login"), false);
  show(byId("session"), true);
  show(byId("dashboard"), true);
  dashboard = new Dashboard(api, { ...me, advertiser: me.advertiser ?? null });
  await dashboard.refresh();
}

function askForToken(message) {
  show(byId("loading"), false);
  show(byId("login"), true);
  setText(byId("login-error"), message);
  show(byId("login-error"), message !== "");
  byId("token").value = "";
  byId("token").focus();
}

/** Reloading the page removes all data of the previous account. */
function logOut(message) {
  session.forget();
  dashboard?.close();
  sessionStorage.setItem("lightflow.message", message);
  location.replace(location.pathname);
}

async function start() {
  const message = sessionStorage.getItem("lightflow.message") ?? "";
  sessionStorage.removeItem("lightflow.message");
  if (needsToken && session.token() === null) {
    askForToken(message);
    return;
  }
  try {
    await logIn(needsToken ? session.token() : null);
  } catch (problem) {
    if (needsToken && problem.status === 401) {
      session.forget();
      askForToken("The token is no longer valid.");
    } else {
      setText(byId("loading"), problem.message + " Reload the page to retry.");
      byId("loading").className = "error";
    }
  }
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  try {
    await logIn(byId("token").value.trim());
    byId("main").focus();
  } catch (problem) {
    askForToken(problem.status === 401 ? "This server does not know this token." : problem.message);
  } finally {
    button.disabled = false;
    byId("token").value = "";
  }
});
// Moves the focus without a link to an anchor, because the address names the campaign.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("logout").addEventListener("click", () => logOut(""));
byId("pause-refresh").addEventListener("change", () => dashboard?.refresh());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && byId("pause-refresh").value !== "0") {
    dashboard?.refresh();
  }
});

start();
