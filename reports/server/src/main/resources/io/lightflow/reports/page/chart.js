import { el, setAttribute, setText } from "./dom.js";

const HEIGHT = 118;
const AXIS = 58;
const MINUTE = 60;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A line chart over time. It draws new figures into the same canvas. */
export class LineChart {
  #plot;
  #options;
  #readout;
  #node;
  #sizes;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #redraw = () => this.#plot.redraw(false);
  #watermark = null;
  #data = [[], []];

  /**
   * @param options title; color (a custom property of the style sheet); full and short, which format a figure;
   *   time, which formats the time of the readout; stepped, if a figure covers the whole minute; sync, a name shared by
   *   charts whose cursors move together; range, the visible times if not all; height in pixels; axis, the format of
   *   times below the chart; utc, if they are in UTC
   */
  constructor(host, options) {
    this.#options = options;
    this.#readout = el("span", { className: "readout" });
    this.#node = el("div", { className: "plot", role: "img" });
    host.append(el("div", { className: "chart" },
      el("p", { className: "legend" }, el("span", { className: "key " + options.color.slice(2), "aria-hidden": "true" }),
        el("span", { textContent: options.title }), this.#readout),
      this.#node));
    this.#plot = new uPlot(this.#settings(), this.#data, this.#node);
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(this.#node);
    this.#scheme.addEventListener("change", this.#redraw);
  }

  #settings() {
    const options = this.#options;
    const axis = {
      stroke: () => color("--quiet"),
      grid: { stroke: () => color("--grid"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    return {
      ...(options.utc ? { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") } : {}),
      width: Math.max(200, this.#node.clientWidth),
      height: this.#options.height ?? HEIGHT,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: {
        y: false,
        drag: { setScale: false, x: false, y: false },
        points: { size: 6 },
        ...(options.sync ? { sync: { key: options.sync } } : {}),
      },
      scales: { x: { time: true, ...(options.range ? { range: options.range } : {}) }, y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [
        { ...axis, size: 24, space: 60, values: options.axis ?? "{HH}:{mm}" },
        { ...axis, size: AXIS, space: 28, values: (_plot, ticks) => ticks.map((tick) => options.short(tick)) },
      ],
      series: [
        {},
        {
          stroke: () => color(options.color),
          fill: () => color(options.color + "-soft"),
          width: 1.5,
          points: options.stepped ? { show: false } : { size: 4, fill: () => color(options.color) },
          ...(options.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        },
      ],
      hooks: { drawAxes: [(plot) => this.#shade(plot)], setCursor: [() => this.#read()] },
    };
  }

  /** Marks figures after the watermark, which may still grow. */
  #shade(plot) {
    if (this.#watermark === null || plot.scales.x.max == null) {
      return;
    }
    const { left, top, width, height } = plot.bbox;
    const from = Math.min(left + width, Math.max(left, plot.valToPos(this.#watermark, "x", true)));
    plot.ctx.save();
    plot.ctx.fillStyle = color("--shade");
    plot.ctx.fillRect(from, top, left + width - from, height);
    plot.ctx.restore();
  }

  #fit() {
    const width = this.#node.clientWidth;
    if (width > 0 && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: this.#plot.height });
    }
  }

  /** @param description a description for screen readers; watermark in seconds, or null */
  set(times, figures, watermark, description) {
    // Extends the last minute to its end.
    this.#data = this.#options.stepped
      ? [[...times, times.at(-1) + MINUTE], [...figures, figures.at(-1)]]
      : [times, figures];
    this.#watermark = watermark;
    this.#plot.setData(this.#data);
    setAttribute(this.#node, "aria-label", this.#options.title + ": " + description);
    this.#read();
  }

  /** The figure under the pointer, or otherwise the last one. */
  #read() {
    const [times, figures] = this.#data;
    const last = figures.length - (this.#options.stepped ? 2 : 1);
    const pointed = this.#plot?.cursor.idx;
    let place = Math.min(pointed ?? last, last);
    // An incomplete minute would look like a decline.
    while (pointed == null && place > 0 && this.#options.stepped && times[place] + MINUTE > (this.#watermark ?? 0)) {
      place--;
    }
    const figure = figures[place] ?? null;
    setText(this.#readout, figure === null ? "" : this.#options.full(figure) + " at " + this.#options.time(times[place] * 1000));
  }

  close() {
    this.#sizes.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#plot.destroy();
  }
}

/** A chart of horizontal bars, each with its name and its figure as text. */
export class BarChart {
  #node;

  /** @param options title; bars, each with name, value and text. A negative value has no bar. */
  constructor(host, options) {
    const most = Math.max(...options.bars.map((bar) => bar.value), 0);
    this.#node = el("div", {},
      el("p", { className: "legend" }, el("span", { textContent: options.title })),
      el("dl", { className: "bars" }, ...options.bars.flatMap((bar) => {
        const filled = el("span", { className: "filled" });
        filled.style.width = (most > 0 ? Math.max(0, bar.value / most) * 100 : 0) + "%";
        return [
          el("dt", { textContent: bar.name }),
          el("dd", {}, el("span", { className: "bar", "aria-hidden": "true" }, filled), el("span", { className: "amount", textContent: bar.text })),
        ];
      })));
    host.append(this.#node);
  }

  close() {
    this.#node.remove();
  }
}
