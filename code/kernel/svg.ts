/** The little that drawings need: elements, and numbers kept short. */

type Value = string | number | undefined;

/**
 * One SVG element as text. Numbers are rounded to tenths of a pixel, which
 * is exact enough; undefined attributes are left out; text is escaped.
 */
export function element(
  name: string,
  attributes: { readonly [attribute: string]: Value },
  text?: string,
): string {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${short(value)}"`)
    .join("");
  return text === undefined
    ? `<${name}${told}/>`
    : `<${name}${told}>${escapeText(text)}</${name}>`;
}

/** The whole drawing; a unit of its view box is a CSS pixel. */
export function svg(
  widthPx: number,
  heightPx: number,
  content: readonly string[],
): string {
  const start = element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${widthPx} ${heightPx}`,
    width: widthPx,
    height: heightPx,
  });
  return [start.replace("/>", ">"), ...content, "</svg>"].join("\n");
}

export function short(value: Value): string {
  return typeof value === "number"
    ? String(Math.round(value * 10) / 10)
    : String(value);
}

function escapeText(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
