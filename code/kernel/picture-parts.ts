/** What pictures of checkers share: boxes of words, and clipping. */
import { textBox } from "./labels.ts";
import { element } from "./svg.ts";

/** 8 pt, and the least that may be printed. */
export const fontPx = 10.7;
export const smallFontPx = 9.4;

export type Color = "ink" | "accent" | "blue" | "quiet";

/** About how wide words are, and rather more than less. */
export function widthOf(
  words: string,
  sizePx: number = fontPx,
): number {
  return textBox(words, sizePx).width * 1.2;
}

/** Words that fit so many pixels: what is too long ends in "…". */
export function clipped(
  words: string,
  widthPx: number,
  sizePx: number = fontPx,
): string {
  if (widthOf(words, sizePx) <= widthPx) return words;
  let end = words.length;
  const cut = () => `${words.slice(0, end).trimEnd()}…`;
  while (end > 0 && widthOf(cut(), sizePx) > widthPx) end -= 1;
  return cut();
}

/** Words in lines of so many pixels; only a single word is clipped. */
export function wrapped(
  words: readonly string[],
  widthPx: number,
  sizePx: number = fontPx,
): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    const isFit = widthOf(longer, sizePx) <= widthPx;
    if (last !== undefined && isFit) lines[lines.length - 1] = longer;
    else lines.push(clipped(word, widthPx, sizePx));
  }
  return lines;
}

type Place = { readonly x: number; readonly y: number };

/** A line of text; `y` is its base line. */
export function label(
  { x, y }: Place,
  words: string,
  look: {
    readonly class?: string;
    readonly anchor?: "start" | "middle" | "end";
    readonly sizePx?: number;
  } = {},
): string {
  const { class: more, anchor, sizePx = fontPx } = look;
  const attributes = {
    class: more === undefined ? "label" : `label ${more}`,
    x,
    y,
    "font-size": sizePx,
    "text-anchor": anchor === "start" ? undefined : anchor,
  };
  return element("text", attributes, words);
}

/** A frame of this color on paper. */
export function frame(
  box: Place & { readonly width: number; readonly height: number },
  color: Color,
  look: {
    readonly isDashed?: boolean;
    readonly isFilled?: boolean;
  } = {},
): string {
  const fill = look.isFilled === true ? "fill-field" : "fill-paper";
  const dashes = look.isDashed === true ? " dashed" : "";
  return element("rect", {
    class: `${fill} stroke-${color}${dashes}`,
    rx: 3,
    ...box,
    "stroke-width": color === "accent" ? "1.8" : "1",
  });
}

/** A way through these points, with a head at its end. */
export function arrow(
  points: readonly (readonly [x: number, y: number])[],
  color: Color,
): string {
  const [to, from] = [points.at(-1), points.at(-2)];
  if (!to || !from) throw new Error("An arrow has two ends.");
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const barb = (turn: number) => {
    const x = to[0] - 7.5 * Math.cos(angle + turn);
    const y = to[1] - 7.5 * Math.sin(angle + turn);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const way = points.map(([x, y]) => `${x} ${y}`).join(" L ");
  const head = `M ${barb(0.46)} L ${to[0]} ${to[1]} L ${barb(-0.46)}`;
  return element("path", {
    class: `fill-none stroke-${color}`,
    "stroke-width": "1.4",
    d: `M ${way} ${head}`,
  });
}
