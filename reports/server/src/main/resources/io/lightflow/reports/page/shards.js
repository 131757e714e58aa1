import { el, keyed, Panel, row, setClass, setText, table } from "./dom.js";
import { AsOf, moment, NOTHING, span } from "./format.js";

const COLUMNS = [
  { title: "Shard", isName: true },
  { title: "State" },
  { title: "Complete up to", numeric: true },
  { title: "Behind", numeric: true },
  { title: "Last commit", numeric: true },
];

/** Shows the progress of each shard. */
export class ShardsPanel extends Panel {
  #api;
  #rows;

  constructor(api) {
    super("shards");
    this.#api = api;
    const { node, body } = table("Shards, largest lag first", COLUMNS);
    this.#rows = body;
    this.body.replaceChildren(el("div", { className: "scroll", role: "region", "aria-label": "All shards", tabIndex: 0 }, node));
  }

  async refresh() {
    const answer = await this.#api.get("v1/shards");
    const now = this.#api.now();
    if (answer.shards.length === 0) {
      setText(this.asOfNode, "");
      this.empty("There are no shards yet: no topology has written statistics.");
      return;
    }
    this.full();
    const behind = answer.shards.filter((shard) => stateOf(shard).level !== "good").length;
    setText(this.asOfNode, answer.shards.length + " in total, " + (behind === 0 ? "none lagging" : behind + " lagging"));
    this.asOfNode.classList.toggle("lagging", behind > 0);
    const worstFirst = [...answer.shards].sort((a, b) => (b.behind_ms ?? Infinity) - (a.behind_ms ?? Infinity) || 0);
    keyed(this.#rows, worstFirst, nameOf, () => {
      const node = row(COLUMNS);
      node.children[1].append(el("span"));
      return node;
    }, (node, shard) => {
      const [name, state, watermark, behind, committed] = node.children;
      const { text, level } = stateOf(shard);
      setText(name, nameOf(shard));
      setText(state.firstChild, text);
      setClass(state.firstChild, "state " + level);
      setText(watermark, shard.watermark === null ? NOTHING : moment(shard.watermark, now));
      setText(behind, shard.behind_ms === null ? NOTHING : span(shard.behind_ms));
      setText(committed, shard.committed_at === null ? NOTHING : moment(shard.committed_at, now));
    });
  }
}

function nameOf(shard) {
  return shard.topology + " / " + shard.group + " / " + shard.shard;
}

function stateOf(shard) {
  if (shard.watermark === null) {
    return { text: "not started", level: "bad" };
  }
  return new AsOf(shard, 0).isLagging
    ? { text: "lagging", level: "warn" }
    : { text: "up to date", level: "good" };
}
