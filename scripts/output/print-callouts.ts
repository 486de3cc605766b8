/**
 * The numbers of callouts as drawings. A number that were text would be copied out of the PDF together with the line of
 * code that it stands in.
 */
import * as fontkit from "fontkit";
import { facePath, faces } from "../fonts.ts";

/** More callouts than this on one listing would be a lecture. */
const numbersMax = 20;

/** Height of a figure in Source Sans, as a part of an em. */
const figureHeight = 0.65;

/** Rules that draw the number of each `.callout-mark` into the middle of its disc. */
export function calloutCss(): string {
  const face = faces.find(({ family, weight }) => family === "PF Sans" && weight === 600);
  if (!face) throw new Error("The theme has no semibold sans face.");
  const font = fontkit.openSync(facePath(face));
  return Array.from({ length: numbersMax }, (_, index) => {
    const number = String(index + 1);
    const { glyphs, positions } = font.layout(number);
    const advances = positions.map(({ xAdvance }) => xAdvance);
    const width = advances.reduce((sum, advance) => sum + advance, 0);
    // The disc is 8.8 pt across and the number 6.4 pt high in it: see `.callout-mark`.
    const scale = 6.4 / 8.8 / font.unitsPerEm;
    let x = 0.5 - (width * scale) / 2;
    const y = 0.5 + (figureHeight * font.unitsPerEm * scale) / 2;
    const paths = glyphs.map((glyph, position) => {
      const path = `<path transform="translate(${x} ${y}) scale(${scale} ${-scale})" d="${glyph.path.toSVG()}"/>`;
      x += (advances[position] ?? 0) * scale;
      return path;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" fill="white">${paths.join("")}</svg>`;
    return `.callout-mark[data-callout="${number}"] { background-image: url("data:image/svg+xml,${encodeURIComponent(svg)}"); }\n`;
  }).join("");
}
