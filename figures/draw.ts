/**
 * Shared helpers for drawings: SVG as text, elements nested like function
 * calls. Colors come from classes (theme/figures.css), geometry from
 * attributes. Units are CSS pixels at print size.
 */

export type Attributes = { readonly [name: string]: string | number };

/** 8 pt: the size of all labels; nothing is set below 9.4. */
export const fontSizePx = 10.7;

/** `<name a="1">children</name>`; attribute values are escaped. */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeText(String(value))}"`)
    .join("");
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join("")}</${name}>`;
}

/** The one `<svg>` of a figure. */
export function svg(widthPx: number, heightPx: number, ...children: readonly string[]): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${widthPx} ${heightPx}`,
    width: widthPx,
    height: heightPx,
    "font-size": fontSizePx,
  };
  return element("svg", attributes, ...children);
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes) {
  return element("line", { x1, y1, x2, y2, ...attributes });
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  attributes: Attributes,
): string {
  return element("rect", { x, y, width, height, ...attributes });
}

export function circle(cx: number, cy: number, r: number, attributes: Attributes): string {
  return element("circle", { cx, cy, r, ...attributes });
}

/** A label; `text-anchor` is "start" unless given. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeText(text));
}

export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export type Point = readonly [x: number, y: number];

/** A line through all these points. */
export function polyline(points: readonly Point[], attributes: Attributes): string {
  const places = points.map(([x, y]) => `${twoPlaces(x)},${twoPlaces(y)}`).join(" ");
  const { class: className = "", ...rest } = attributes;
  return element("polyline", { points: places, class: `fill-none ${className}`, ...rest });
}

/** One axis of a plot: what it measures, with its unit, and where its ticks are. */
export type Axis = {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
};

export type Plot = {
  /** Axes, ticks and labels: an element to paint before the data. */
  readonly frame: string;
  /** From a value to its place in the figure. */
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
};

/** Two linear axes around the rectangle in which the data lie. */
export function plot(
  left: number,
  top: number,
  widthPx: number,
  heightPx: number,
  xAxis: Axis,
  yAxis: Axis,
): Plot {
  const bottom = top + heightPx;
  const right = left + widthPx;
  const x = (value: number) =>
    twoPlaces(left + ((value - xAxis.min) / (xAxis.max - xAxis.min)) * widthPx);
  const y = (value: number) =>
    twoPlaces(bottom - ((value - yAxis.min) / (yAxis.max - yAxis.min)) * heightPx);
  const grid = { class: "stroke-rule", "stroke-width": 0.7 };
  const ink = { class: "stroke-ink", "stroke-width": 1 };
  const pieces = [
    ...yAxis.ticks.map((tick) => line(left, y(tick), right, y(tick), grid)),
    polyline(
      [
        [left, top],
        [left, bottom],
        [right, bottom],
      ],
      ink,
    ),
    ...xAxis.ticks.flatMap((tick) => [
      line(x(tick), bottom, x(tick), bottom + 4, ink),
      label(x(tick), bottom + 15, withCommas(tick), { "text-anchor": "middle" }),
    ]),
    ...yAxis.ticks.map((tick) =>
      label(left - 6, y(tick) + 3.7, withCommas(tick), { "text-anchor": "end" }),
    ),
    label(right, bottom + 29, xAxis.label, { "text-anchor": "end", class: "label-quiet" }),
    label(left, top - 7, yAxis.label, { class: "label-quiet" }),
  ];
  return { frame: element("g", {}, ...pieces), x, y };
}

function withCommas(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Finer than any press; it keeps files small and equal between machines. */
function twoPlaces(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A line with a small solid head at its end; `tone` is ink, quiet, accent, blue or green. */
export function arrow(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  tone: string,
  attributes: Attributes = {},
): string {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const at = (back: number, side: number) =>
    `${(x2 - back * dx - side * dy).toFixed(2)},${(y2 - back * dy + side * dx).toFixed(2)}`;
  return element(
    "g",
    {},
    line(x1, y1, x2 - 5 * dx, y2 - 5 * dy, {
      class: `stroke-${tone}`,
      "stroke-width": 1.1,
      ...attributes,
    }),
    element("polygon", {
      points: [at(0, 0), at(7, 2.8), at(7, -2.8)].join(" "),
      class: `fill-${tone}`,
    }),
  );
}

/** A worker of eight by eight: filled where it is stuck, with a dot where it is at work, hollow where it is idle. */
export function worker(x: number, y: number, kind: "stuck" | "working" | "idle"): string {
  if (kind === "stuck") return rect(x, y, 8, 8, { class: "fill-accent" });
  const hollow = { class: "fill-none stroke-rule", "stroke-width": 0.8 };
  const outline = rect(x + 0.4, y + 0.4, 7.2, 7.2, hollow);
  if (kind === "idle") return outline;
  return outline + circle(x + 4, y + 4, 2.6, { class: "fill-green" });
}

/** A small cross on paper: something ends here. */
export function cross(x: number, y: number): string {
  const look = { class: "stroke-accent", "stroke-width": 1.8 };
  return (
    circle(x, y, 5, { class: "fill-paper" }) +
    line(x - 3.5, y - 3.5, x + 3.5, y + 3.5, look) +
    line(x - 3.5, y + 3.5, x + 3.5, y - 3.5, look)
  );
}

/** A small ring on a line: something begins again. */
export function ring(x: number, y: number): string {
  return circle(x, y, 4, { class: "fill-paper stroke-ink", "stroke-width": 1.4 });
}

/** The way of a message that finds nobody. */
export function lost(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Attributes,
): string {
  return line(x1, y1, x2, y2, { ...attributes, class: "stroke-accent dashed" }) + cross(x2, y2);
}
