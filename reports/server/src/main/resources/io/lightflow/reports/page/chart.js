import { el, setAttribute, setText } from "./dom.js";

const HEIGHT = 118;
const AXIS = 58;
/** Pixels of a drag that is not a click. */
const MIN_DRAG = 5;

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
   *   time, which formats the time of the readout; stepped, the seconds that a figure covers; sync, a name shared by
   *   charts whose cursors move together; range, the visible times if not all; height in pixels; axis, the format of
   *   times below the chart; zone, their time zone; compared, if there are earlier figures; zoomed, which receives the
   *   times in seconds over which someone drags
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
      ...(options.zone ? { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), options.zone) } : {}),
      width: Math.max(200, this.#node.clientWidth),
      height: this.#options.height ?? HEIGHT,
      legend: { show: false },
      padding: [8, options.zone ? 32 : 8, 0, 0],
      cursor: {
        y: false,
        drag: { setScale: false, x: options.zoomed !== undefined, y: false, dist: MIN_DRAG },
        points: { size: 6 },
        // Only the chart below the pointer zooms.
        ...(options.sync ? { sync: { key: options.sync, filters: { pub: (event) => event !== "mousedown" && event !== "mouseup" } } } : {}),
      },
      scales: { x: { time: true, ...(options.range ? { range: options.range } : {}) }, y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [
        { ...axis, size: 24, space: (options.axis ?? "").length > 12 ? 110 : 60, values: options.axis ?? "{HH}:{mm}" },
        { ...axis, size: AXIS, space: 28, values: (_plot, ticks) => ticks.map((tick) => options.short(tick)) },
      ],
      series: [
        {},
        {
          stroke: () => color(options.color),
          fill: () => color(options.color + "-soft"),
          width: 1.5,
          points: options.stepped ? { show: false } : { size: 4, fill: () => color(options.color) },
          ...this.#paths,
        },
        ...(options.compared ? [{ stroke: () => color("--quiet"), width: 1, dash: [4, 4], points: { show: false }, ...this.#paths }] : []),
      ],
      hooks: { drawAxes: [(plot) => this.#shade(plot)], setCursor: [() => this.#read()], setSelect: [(plot) => this.#zoom(plot)] },
    };
  }

  get #paths() {
    return this.#options.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
  }

  #zoom(plot) {
    const { left, width } = plot.select;
    if (width >= MIN_DRAG) {
      this.#options.zoomed?.(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    }
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

  /** @param description a description for screen readers; watermark in seconds, or null; earlier figures, if compared */
  set(times, figures, watermark, description, earlier = null) {
    const lines = earlier === null ? [figures] : [figures, earlier];
    // Extends the last step to its end.
    this.#data = this.#options.stepped
      ? [[...times, times.at(-1) + this.#options.stepped], ...lines.map((line) => [...line, line.at(-1)])]
      : [times, ...lines];
    this.#watermark = watermark;
    this.#plot.setData(this.#data);
    this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    setAttribute(this.#node, "aria-label", this.#options.title + ": " + description);
    this.#read();
  }

  /** The figure under the pointer, or otherwise the last one. */
  #read() {
    const [times, figures] = this.#data;
    const last = figures.length - (this.#options.stepped ? 2 : 1);
    const pointed = this.#plot?.cursor.idx;
    let place = Math.min(pointed ?? last, last);
    // An incomplete step would look like a decline.
    while (pointed == null && place > 0 && this.#options.stepped && times[place] + this.#options.stepped > (this.#watermark ?? 0)) {
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
