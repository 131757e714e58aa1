import { enter, say } from "./account.js";
import { show } from "./dom.js";
import { CampaignsPanel } from "./campaigns.js";
import { DetailPanel } from "./detail.js";
import { AdsPanel } from "./ads.js";
import { DelayPanel } from "./delay.js";
import { Forecast } from "./forecast.js";
import { HistoryPanel } from "./history.js";
import { Refresher } from "./refresher.js";
import { ShardsPanel } from "./shards.js";

const byId = (id) => document.getElementById(id);

let dashboard = null;

/** The panels of one account, from login to logout. */
function panels(api, me) {
  const detail = new DetailPanel(api);
  const history = new HistoryPanel(api);
  const forecast = new Forecast(api);
  const refresh = () => dashboard.refresh();
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
      forecast.show(budget);
    },
    say,
    refresh,
  });
  const ads = new AdsPanel(api, { open, refresh });
  const seesShards = me.advertiser === null;
  show(byId("shards"), seesShards);
  // The list of campaigns determines the campaign in the other panels.
  return [[campaigns, detail, history, forecast], [ads], [new DelayPanel(api, byId("freshness"), say)],
    ...(seesShards ? [[new ShardsPanel(api)]] : [])];
}

enter({
  open: (api, me) => {
    dashboard = new Refresher(api, panels(api, me));
    return dashboard.refresh();
  },
  close: () => dashboard?.close(),
});
