/** Files of figures/ and images of chapters -> pictures: drawings read, programs drawn, rasters embedded. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { dirname, extname, join, posix } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { Element, Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toString as textOf } from "hast-util-to-string";
import { visit } from "unist-util-visit";
import { closureOf } from "./closure.ts";
import {
  hashOf,
  insideRoot,
  isFile,
  listFiles,
  readBytes,
  readText,
  sha256,
  writeFile,
} from "./files.ts";
import { textWidth } from "./fonts.ts";
import type { Picture } from "./transform/figures.ts";
import { fileOfKey } from "./transform/widgets.ts";
import type { Still } from "./widget/still.ts";

type Drawn =
  | { readonly svg: string; readonly program: string | null; readonly seed: number | null }
  | { readonly still: Still }
  | {
      readonly error: string;
      /** Where in the book's own programs, as `path:line:column`. */
      readonly at?: string;
    };

/** The first bytes by which a file of each type is known. */
const beginnings: Readonly<Record<string, string>> = {
  "image/png": "\x89PNG\r\n\x1a\n",
  "image/jpeg": "\xff\xd8\xff",
  "image/gif": "GIF8",
  "image/webp": "RIFF",
};
const rasters: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/**
 * Make the pictures at these paths of a book.
 *
 * @param paths  as authors wrote them, relative to the book's root
 * @param renderDiagrams  Mermaid source -> SVG, for .mmd files
 */
export async function makePictures(
  root: string,
  paths: readonly string[],
  cacheFolder: string,
  renderDiagrams: (sources: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, Picture>>,
): Promise<Map<string, Picture>> {
  const pictures = new Map<string, Picture>();
  const programs: string[] = [];
  const diagrams = new Map<string, string>();
  for (const path of paths) {
    if (isWidget(path)) {
      if (isFile(join(root, fileOfKey(path)))) programs.push(path);
      else pictures.set(path, noWidget(root, path));
      continue;
    }
    const whole = insideRoot(root, path);
    const ending = extname(path).toLowerCase();
    if (/^https?:|^\/\//.test(path))
      pictures.set(path, {
        kind: "problem",
        rule: "image-exists",
        reason: "A picture is loaded from elsewhere; a book has its pictures with it",
      });
    else if (whole === null)
      pictures.set(path, {
        kind: "problem",
        rule: "figure-path-inside",
        reason: "The path of a picture leaves the book's folder",
      });
    else if (!isFile(whole))
      pictures.set(path, {
        kind: "problem",
        rule: "figure-exists",
        reason: `No file ${path}`,
        known: listFiles(join(root, dirname(path))).map((name) => posix.join(dirname(path), name)),
      });
    else if (ending === ".ts") programs.push(path);
    else if (ending === ".mmd") diagrams.set(path, readText(whole));
    else if (ending === ".svg") pictures.set(path, svgPicture(readText(whole), path, null));
    else if (rasters[ending])
      pictures.set(path, rasterPicture(readBytes(whole), path, rasters[ending]));
    else
      pictures.set(path, {
        kind: "problem",
        rule: "figure-kind",
        reason: `A picture of kind "${ending}"`,
        known: [".svg", ".mmd", ".ts", ...Object.keys(rasters)],
      });
  }
  for (const [path, drawn] of await drawPrograms(root, programs, cacheFolder)) {
    if ("error" in drawn)
      pictures.set(path, {
        kind: "problem",
        rule: isWidget(path) ? "widget-draws" : "figure-draws",
        reason: `${path} does not draw: ${drawn.error}`,
        ...(drawn.at === undefined ? {} : { at: drawn.at }),
      });
    else if ("still" in drawn) pictures.set(path, widgetPicture(drawn.still, path));
    else pictures.set(path, svgPicture(drawn.svg, path, proofOf(drawn)));
  }
  for (const [path, picture] of await renderDiagrams(diagrams)) pictures.set(path, picture);
  return pictures;
}

/** `figures/<name>/widget.ts?seed=7&step=4` (`widgetKey`). */
function isWidget(path: string): boolean {
  return /^figures\/[^/]*\/widget\.ts\?/.test(path);
}

function noWidget(root: string, path: string): Picture {
  const known = listFiles(join(root, "figures"))
    .filter((file) => file.endsWith("/widget.ts"))
    .map((file) => dirname(file));
  return { kind: "problem", rule: "widget-exists", reason: `No file ${fileOfKey(path)}`, known };
}

function widgetPicture(still: Still, path: string): Picture {
  const picture = svgPicture(still.svg, path, null);
  return picture.kind === "svg" ? { kind: "widget", svg: picture.svg, still } : picture;
}

function proofOf(drawn: { program: string | null; seed: number | null }): string | null {
  if (drawn.program === null) return null;
  return `npm run sample -- ${drawn.program}${drawn.seed === null ? "" : ` --seed ${drawn.seed}`}`;
}

function rasterPicture(bytes: Uint8Array, path: string, type: string): Picture {
  const beginning = beginnings[type] ?? "";
  if (Buffer.from(bytes.subarray(0, beginning.length)).toString("latin1") !== beginning)
    return {
      kind: "problem",
      rule: "figure-kind",
      reason: `${path} has ${bytes.length} bytes and is no ${type}`,
    };
  const widthPx =
    type === "image/png" && bytes.length > 24
      ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(16)
      : null;
  return {
    kind: "raster",
    dataUri: `data:${type};base64,${Buffer.from(bytes).toString("base64")}`,
    widthPx,
  };
}

const forbidden = new Set([
  "script",
  "foreignObject",
  "iframe",
  "audio",
  "video",
  "image",
  "style",
]);

/** An SVG as a tree: safe, without ids that could meet others, scaled by its viewBox. */
export function svgPicture(markup: string, name: string, proof: string | null): Picture {
  const root: Root = fromHtml(markup.replace(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>/g, ""), {
    fragment: true,
    space: "svg",
  });
  const svg = root.children.find(
    (child): child is Element => child.type === "element" && child.tagName === "svg",
  );
  if (!svg)
    return { kind: "problem", rule: "figure-draws", reason: `${name} holds no svg element` };
  if (!/(<\/svg\s*>|\/>)\s*(<!--[\s\S]*?-->\s*)*$/.test(markup))
    return {
      kind: "problem",
      rule: "figure-draws",
      reason: `${name} ends before its svg element does`,
    };
  let unsafe: string | null = null;
  const prefix = `p${sha256(name).slice(0, 8)}-`;
  visit(svg, "element", (node) => {
    if (forbidden.has(node.tagName)) unsafe = `<${node.tagName}>`;
    for (const [key, value] of Object.entries(node.properties)) {
      if (/^on/i.test(key)) unsafe = key;
      if (/href$/i.test(key) && !/^#/.test(String(value))) unsafe = `${key}="${String(value)}"`;
      if (key === "id") node.properties.id = prefix + String(value);
      else if (/href$/i.test(key)) node.properties[key] = `#${prefix}${String(value).slice(1)}`;
      else if (typeof value === "string" && value.includes("url(#"))
        node.properties[key] = value.replace(/url\(#/g, `url(#${prefix}`);
      else if (key === "ariaLabelledBy" || key === "ariaDescribedBy") delete node.properties[key];
    }
    delete node.position;
  });
  backLabels(svg);
  if (unsafe !== null)
    return {
      kind: "problem",
      rule: "figure-safe",
      reason: `${name} holds ${String(unsafe)}, which a drawing may not`,
    };
  const box = String(svg.properties.viewBox ?? "")
    .split(/[\s,]+/)
    .map(Number);
  if (box.length === 4 && box[2] && box[3])
    Object.assign(svg.properties, { width: String(box[2]), height: String(box[3]) });
  svg.properties.ariaHidden = "true";
  svg.properties.focusable = "false";
  delete svg.properties.role;
  return { kind: "svg", svg, proof };
}

/**
 * A label that has to cross a line stands on paper. A stroke round its letters would do on a screen, but in PDF it sets the
 * words twice and in a face of Type 3, which printers refuse; so a rectangle as large as the words is put behind them.
 */
function backLabels(svg: Element): void {
  visit(svg, "element", (node, index, parent) => {
    const names = Array.isArray(node.properties.className)
      ? node.properties.className.map(String)
      : [];
    if (node.tagName !== "text" || !names.includes("halo") || !parent || index === undefined)
      return;
    node.properties.className = names.filter((name) => name !== "halo");
    const size = Number(node.properties.fontSize ?? 10.7);
    const x = Number(node.properties.x ?? 0);
    const y = Number(node.properties.y ?? 0);
    const width = textWidth(
      textOf(node),
      names.includes("label-strong") ? "pf-sans-600" : "pf-sans-400",
      size,
    );
    const anchor = node.properties.textAnchor;
    const left = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
    const { transform } = node.properties;
    const round = (value: number): string => String(Math.round(value * 10) / 10);
    const box = {
      x: round(left - 1.5),
      y: round(y - size * 0.8),
      width: round(width + 3),
      height: round(size * 1.08),
    };
    parent.children.splice(index, 0, {
      type: "element",
      tagName: "rect",
      properties: { className: ["fill-paper"], ...box, ...(transform ? { transform } : {}) },
      children: [],
    });
    return index + 2;
  });
}

const toolchain = join(import.meta.dirname, "..");
const stillModule = pathToFileURL(join(toolchain, "scripts/widget/still.ts")).href;

/** What the text round a widget is made with: a part of the key of what is kept. */
function widgetTools(): string[] {
  return closureOf(toolchain, "scripts/widget/still.ts");
}

/** Run `draw()` of figure programs, all of them in one process; unchanged ones come from the cache. */
async function drawPrograms(
  root: string,
  paths: readonly string[],
  cacheFolder: string,
): Promise<Map<string, Drawn>> {
  const drawn = new Map<string, Drawn>();
  const wanted: string[] = [];
  const cachePathOf = (path: string): string =>
    join(
      cacheFolder,
      `${hashOf([path, process.version, ...closureOf(root, fileOfKey(path)), ...(isWidget(path) ? widgetTools() : [])])}.json`,
    );
  const cachePaths = new Map(paths.map((path) => [path, cachePathOf(path)]));
  for (const path of paths) {
    const cached = cachePaths.get(path) ?? "";
    if (isFile(cached)) drawn.set(path, JSON.parse(readText(cached)) as Drawn);
    else wanted.push(path);
  }
  if (wanted.length === 0) return drawn;
  for (const [path, result] of await drawInChildren(root, wanted)) {
    drawn.set(path, result);
    const cached = cachePathOf(path);
    // What was edited while it was drawn is kept under neither text.
    if (!("error" in result) && cached === cachePaths.get(path))
      writeFile(cached, JSON.stringify(result));
  }
  return drawn;
}

/**
 * Waits for one line with the paths, and prints one line a figure as soon as it is drawn, marked, since a program may print
 * things of its own. A mistake is told with its place in the book's own files: the first of them in the stack, or the line
 * that does not parse and the column under which Node puts its caret.
 */
const drawScript = `
import { createInterface } from "node:readline";
const [stillModule, ...ahead] = process.argv.slice(1);
const home = "file://" + encodeURI(process.cwd()) + "/";
const line = new Promise((done) => createInterface({ input: process.stdin }).once("line", done).once("close", done));
const { stillOf } = await import(stillModule);
for (const path of ahead) await import(new URL(encodeURI(path), home).href).catch(() => {});
const write = process.stdout.write.bind(process.stdout);
const tell = (path, result) => new Promise((done) => write("\\n\\u0001" + JSON.stringify([path, result]) + "\\n", done));
const placeOf = (stack) => {
  const places = stack.split(home).slice(1).map((rest) => /^(?!scripts\\/)([^\\s:]+\\.ts):(\\d+)(?::(\\d+))?/.exec(rest));
  const found = places.find((place) => place !== null);
  const caret = stack.split("\\n").find((line) => /^ *\\^+$/.test(line)) ?? "^";
  return found ? { at: decodeURI(found[1]) + ":" + found[2] + ":" + (found[3] ?? caret.indexOf("^") + 1) } : {};
};
const draw = async (path) => {
  const [file, query] = path.split("?");
  const figure = await import(new URL(encodeURI(file), home).href);
  if (query !== undefined) return { still: stillOf(figure.default, query) };
  return { svg: String(figure.draw()), program: figure.program ?? null, seed: figure.seed ?? null };
};
for (const path of JSON.parse((await line) ?? "[]"))
  await draw(path).then(
    (drawn) => tell(path, drawn),
    (error) => tell(path, { error: String(error && error.message || error).split("\\n")[0], ...placeOf(String(error && error.stack)) }),
  );
process.exit();
`;

type DrawingProcess = ChildProcessByStdio<Writable, Readable, null>;

function startDrawing(root: string, ahead: readonly string[] = []): DrawingProcess {
  return spawn(
    process.execPath,
    ["--input-type=module", "--eval", drawScript, "--", stillModule, ...ahead],
    { cwd: root, env: { ...process.env, NODE_OPTIONS: "" }, stdio: ["pipe", "pipe", "ignore"] },
  );
}

type Waiting = { readonly child: DrawingProcess; readonly ahead: readonly string[] };
const waiting = new Map<string, Waiting>();

/**
 * Start a process that waits for what is drawn next, as a preview does; it ends with this one.
 *
 * @param ahead  modules that it loads while it waits
 */
export function waitToDraw(root: string, ahead: readonly string[]): void {
  if (waiting.has(root)) return;
  const child = startDrawing(root, ahead);
  const mine = { child, ahead };
  waiting.set(root, mine);
  child.once("close", () => {
    if (waiting.get(root) === mine) waiting.delete(root);
  });
}

/** Files have changed: a process that has loaded one of them draws no more. */
export function forgetDrawn(root: string, paths: readonly string[]): void {
  const mine = waiting.get(root);
  if (!mine?.ahead.some((path) => paths.includes(path))) return;
  waiting.delete(root);
  mine.child.kill();
}

/**
 * Draw each of these programs. One process draws all of them; where one ends the process or never ends, that one is at fault
 * and the rest go on in another.
 *
 * @param secondsMax  how long one program may take
 */
export async function drawInChildren(
  root: string,
  paths: readonly string[],
  secondsMax = 60,
): Promise<ReadonlyMap<string, Drawn>> {
  const drawn = new Map<string, Drawn>();
  let rest = [...paths];
  while (rest.length > 0) {
    const end = await drawUntilEnd(root, rest, secondsMax, drawn);
    rest = rest.filter((path) => !drawn.has(path));
    const [guilty] = rest;
    if (guilty !== undefined) drawn.set(guilty, { error: end });
    rest = rest.slice(1);
  }
  return drawn;
}

/** One process; what it draws is put into `drawn`. Returns how it ended, in words. */
function drawUntilEnd(
  root: string,
  paths: readonly string[],
  secondsMax: number,
  drawn: Map<string, Drawn>,
): Promise<string> {
  return new Promise((resolve) => {
    const child = waiting.get(root)?.child ?? startDrawing(root);
    waiting.delete(root);
    child.stdin.on("error", () => {}); // It ended before it read: the close tells how.
    child.stdin.write(`${JSON.stringify(paths)}\n`);
    let late = false;
    const watch = (): NodeJS.Timeout =>
      setTimeout(() => {
        late = true;
        child.kill("SIGKILL");
      }, secondsMax * 1000);
    let timer = watch();
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("\u0001")) return;
      const [path, result] = JSON.parse(line.slice(1)) as [string, Drawn];
      drawn.set(path, result);
      clearTimeout(timer);
      timer = watch();
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(
        late
          ? `it did not end within ${secondsMax} seconds`
          : `it ended the drawing process with code ${String(code)}`,
      );
    });
  });
}
