const WIDTH = 160;
const HEIGHT = 28;
const SVG = "http://www.w3.org/2000/svg";

/**
 * A small line without axes. Its lowest point is zero, so that lines of one table compare.
 *
 * @param values null where there is none, which breaks the line
 * @param description for screen readers
 */
export function sparkline(values, description) {
  const most = Math.max(...values.filter((value) => value !== null), 0) || 1;
  const x = (place) => (values.length < 2 ? WIDTH / 2 : 1 + (place * (WIDTH - 2)) / (values.length - 1));
  const y = (value) => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  let path = "";
  let isOpen = false;
  values.forEach((value, place) => {
    if (value !== null) {
      path += (isOpen ? "L" : "M") + x(place).toFixed(1) + " " + y(value).toFixed(1);
      // A single point has no length: a short line makes it visible.
      path += isOpen || values[place + 1] != null ? "" : "h1";
    }
    isOpen = value !== null;
  });
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "sparkline", viewBox: "0 0 " + WIDTH + " " + HEIGHT, width: WIDTH, height: HEIGHT, role: "img", "aria-label": description })) {
    svg.setAttribute(name, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
