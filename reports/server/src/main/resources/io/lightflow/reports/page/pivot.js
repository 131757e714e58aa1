import { el } from "./dom.js";
import { Figures, metric } from "./figures.js";
import { count } from "./format.js";
import { sparkline } from "./sparkline.js";

const MAX_COLUMNS = 12;
const MAX_STEPS = 62;

/** Rows of the API that are one row or column here, with the sums of all of them. */
class Group {
  cells = new Map();

  constructor(key, row, currency) {
    this.key = key;
    this.row = row;
    this.total = new Figures(currency);
  }

  add(column, row) {
    this.total.add(row);
    if (!this.cells.has(column)) {
      this.cells.set(column, new Figures(this.total.currency));
    }
    this.cells.get(column).add(row);
  }
}

const key = (values) => JSON.stringify(values);
const isOther = (row, dimensions) => dimensions.length > 0 && row[dimensions[0]] === null;

const groupKey = (row, dimensions) => key([...dimensions.map((dimension) => row[dimension]), row.currency]);

/** Groups rows by dimensions and currency, the largest first and the others last. */
function groups(rows, dimensions, columnOf, one) {
  const found = new Map();
  for (const row of rows) {
    const name = groupKey(row, dimensions);
    if (!found.has(name)) {
      found.set(name, new Group(name, row, row.currency));
    }
    found.get(name).add(columnOf(row), row);
  }
  const rank = metric(one.rank);
  return [...found.values()].sort((a, b) => isOther(a.row, dimensions) - isOther(b.row, dimensions) || b.total.of(rank) - a.total.of(rank));
}

function heads(answer, dimensions, title) {
  return [...dimensions.map((name) => el("th", { scope: "col", textContent: title(name) })), el("th", { scope: "col", textContent: "Currency" })];
}

function names(group, dimensions) {
  return [
    ...dimensions.map((name, place) => el(place === 0 ? "th" : "td", { ...(place === 0 ? { scope: "row" } : {}), textContent: group.row[name] === null ? (place === 0 ? "other" : "") : group.row[name] || "(none)" })),
    el("td", { textContent: group.total.currency }),
  ];
}

function table(caption, head, body) {
  return el("table", {}, el("caption", { className: "unseen", textContent: caption }), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

/**
 * One metric in a table: rows are groups, and columns the values of the last dimension, or the steps of time.
 *
 * @param options one (the metric), title (of a dimension), time (formats a step), top (the number of rows)
 * @returns nodes
 */
export function pivotTable(answer, { one, title, time, top }) {
  const hasSteps = answer.step !== null;
  const dimensions = hasSteps ? answer.by : answer.by.slice(0, -1);
  const last = answer.by.at(-1);
  const columnOf = hasSteps ? (row) => row.time : (row) => (row[last] === null ? null : row[last]);
  const all = groups(answer.rows, dimensions, columnOf, one);
  const shown = all.slice(0, top);
  const columns = hasSteps ? steps(answer.rows) : largest(answer.rows, last, one);
  const rest = hasSteps ? [] : answer.rows.filter((row) => !columns.includes(row[last]));
  const cell = (figures) => el("td", { className: "numeric", textContent: figures === undefined ? "" : figures.text(one) });
  const head = [
    ...heads(answer, dimensions, title),
    ...columns.map((column) => el("th", { scope: "col", className: "numeric", textContent: hasSteps ? time(column) : column || "(none)" })),
    ...(rest.length > 0 ? [el("th", { scope: "col", className: "numeric", textContent: "other" })] : []),
    el("th", { scope: "col", className: "numeric chosen", textContent: "all" }),
  ];
  const others = groups(rest, dimensions, () => "", one);
  const body = shown.map((group) => el("tr", {},
    ...names(group, dimensions),
    ...columns.map((column) => cell(group.cells.get(column))),
    ...(rest.length > 0 ? [cell(others.find((other) => other.key === group.key)?.total)] : []),
    el("td", { className: "numeric chosen", textContent: group.total.text(one) })));
  const notes = [
    ...(shown.length < all.length ? ["The first " + count(shown.length) + " of " + count(all.length) + " rows."] : []),
    ...(hasSteps && columns.length === MAX_STEPS ? ["The last " + MAX_STEPS + " steps. A coarser step shows the whole range."] : []),
  ];
  return [table(one.title + (hasSteps ? " by step" : " by " + title(last)), head, body),
    ...(notes.length === 0 ? [] : [el("p", { className: "quiet", textContent: notes.join(" ") })])];
}

const steps = (rows) => [...new Set(rows.map((row) => row.time))].sort().slice(-MAX_STEPS);

/** The values of most events; the others share a column. */
function largest(rows, dimension, one) {
  return groups(rows.filter((row) => row[dimension] !== null).map((row) => ({ ...row, currency: "" })), [dimension], () => "", { rank: rankOf(one) })
    .slice(0, MAX_COLUMNS).map((group) => group.row[dimension]);
}

/** Columns are shared by all currencies, so money does not rank them. */
const rankOf = (one) => (metric(one.rank).isMoney ? "impressions" : one.rank);

/** One metric of a group as a line over the steps of a range, with its lowest and highest value. */
function line(group, one, starts) {
  const text = (value) => group.total.text(one, value ?? null);
  const values = starts.map((start) => (group.cells.get(start) ?? new Figures(group.total.currency)).of(one));
  const known = values.filter((value) => value !== null);
  const [low, high] = (known.length === 0 ? [null, null] : [Math.min(...known), Math.max(...known)]).map(text);
  return { low, high, svg: sparkline(values, "from " + low + " to " + high) };
}

const linesOf = (answer, one) => groups(answer.rows, answer.by, (row) => Date.parse(row.time), one);

/**
 * Lines of one metric over the steps of a range.
 *
 * @param starts the steps in milliseconds
 * @returns a function that finds the line of a group, given a row of it; null if the answer lacks the group
 */
export function sparklines(answer, one, starts) {
  const all = new Map(linesOf(answer, one).map((group) => [group.key, group]));
  return (row) => {
    const group = all.get(groupKey(row, answer.by));
    return group === undefined ? null : line(group, one, starts).svg;
  };
}

/**
 * One metric of each group as a line over the steps of a range.
 *
 * @param options one (the metric), title (of a dimension), starts (the steps in milliseconds)
 * @returns nodes
 */
export function sparklineTable(answer, { one, title, starts }) {
  const head = [
    ...heads(answer, answer.by, title),
    el("th", { scope: "col", textContent: one.title + " by " + answer.step }),
    ...["Lowest", "Highest", "All"].map((textContent) => el("th", { scope: "col", className: "numeric", textContent })),
  ];
  const body = linesOf(answer, one).map((group) => {
    const { svg, low, high } = line(group, one, starts);
    return el("tr", {}, ...names(group, answer.by), el("td", {}, svg),
      ...[low, high].map((textContent) => el("td", { className: "numeric", textContent })),
      el("td", { className: "numeric chosen", textContent: group.total.text(one) }));
  });
  return [table(one.title + " of each group over time", head, body)];
}
