/** Pictures of pages, made small, kept and compared: by the browser's own canvas, so that nothing else has to read or write PNG. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer";

/** Side of a tile, in pixels of the small picture: about a short word. */
const tilePx = 10;
/**
 * So much may the color of a tile differ, of 255: edges of letters that fall a little differently do not pass it, a word
 * that is gone or a line that has moved does.
 */
export const changeMax = 8;

/**
 * A picture of what the page shows, narrowed to `widthPx`, as PNG. The page `canvas` is a blank one that does the work.
 */
export async function smallPicture(page: Page, canvas: Page, widthPx: number): Promise<Buffer> {
  const whole = await page.screenshot({ encoding: "base64" });
  const small = await canvas.evaluate(shrink, whole, widthPx);
  return Buffer.from(small.split(",")[1] ?? "", "base64");
}

/** Runs in the page. */
async function shrink(png: string, widthPx: number): Promise<string> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = widthPx;
  canvas.height = Math.round((image.height * widthPx) / image.width);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/** How far two pictures differ where they differ most: the mean difference of color in a tile; 255 where their sizes differ. */
export function changeOf(canvas: Page, one: Uint8Array, other: Uint8Array): Promise<number> {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return canvas.evaluate(worstTile, text(one), text(other), tilePx);
}

/** Runs in the page. */
async function worstTile(one: string, other: string, tile: number): Promise<number> {
  const read = async (png: string): Promise<ImageData> => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [first, second] = [await read(one), await read(other)];
  if (first.width !== second.width || first.height !== second.height) return 255;
  const columns = Math.ceil(first.width / tile);
  const sums = new Float64Array(columns * Math.ceil(first.height / tile));
  first.data.forEach((value, at) => {
    const pixel = Math.floor(at / 4);
    const [x, y] = [pixel % first.width, Math.floor(pixel / first.width)];
    const index = Math.floor(y / tile) * columns + Math.floor(x / tile);
    sums[index] = (sums[index] ?? 0) + Math.abs(value - (second.data[at] ?? 0));
  });
  // Of each pixel three channels; the fourth, how much it covers, is the same everywhere.
  return Math.max(...sums) / (tile * tile * 3);
}

/**
 * What is wrong with a picture against the stored one, or null. UPDATE=1 stores it instead. A picture that differs is
 * written into a folder of its own, which the message names.
 */
export async function differenceFromStored(
  canvas: Page,
  folder: string,
  name: string,
  picture: Buffer,
  purpose: "store" | "compare" = process.env.UPDATE === "1" ? "store" : "compare",
): Promise<string | null> {
  const stored = join(folder, `${name}.png`);
  if (purpose === "store") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(stored, picture);
    return null;
  }
  const change = existsSync(stored) ? await changeOf(canvas, readFileSync(stored), picture) : null;
  if (change !== null && change <= changeMax) return null;
  const actual = join(mkdtempSync(join(tmpdir(), "screenshots-")), `${name}.png`);
  writeFileSync(actual, picture);
  if (change === null) return `${stored} is missing; UPDATE=1 stores what is in ${actual}`;
  return `${stored} has changed by ${Math.round(change)} of 255 where it has changed most: compare ${actual}, and store it with UPDATE=1 if that is meant`;
}
