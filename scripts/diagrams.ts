/**
 * Mermaid text to SVG. The bundle that mermaid-cli brings runs in one kept page of the build's
 * browser (0.1 s a diagram; a page each takes ten times that), with the network off and the
 * book's own face loaded, so that text is measured as it will be set.
 *
 * What Mermaid draws is then baked: style sheets and inline styles become geometry attributes
 * and the color classes of theme/figures.css, labels stay SVG text, ids follow from the content.
 * A baked diagram restyles itself in dark mode, in gray print and in EPUB as every figure does.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { hashOf, isFile, readBytes, readText, sha256, writeFile } from "./files.ts";
import { facePath, faces, fontFaceCss } from "./fonts.ts";

/** What is wrong with a diagram, for the author. `line` counts from 1 within the source, 0 if unknown. */
export type DiagramError = { readonly message: string; readonly line: number };

export type DiagramDeps = {
  /** Called once, and only when some diagram is not in the cache. */
  readonly browser: () => Promise<Pick<Browser, "newPage">>;
  /** Folder for finished SVG, by hash of all that shapes it. */
  readonly cacheDir: string;
  readonly onProgress?: (done: number, total: number) => void;
};

/** The text column in CSS pixels; text of 8 pt shrinks to 7 pt at 8/7 of it. */
const columnPx = 456;
const widthPxMax = Math.floor((columnPx * 8) / 7);
/** What fits a page above its caption. */
const heightPxMax = 620;
const renderMsMax = 20_000;

/**
 * The colors Mermaid is told, and the class that each becomes. They are the light theme's values,
 * but serve as names only: no color is left in a finished diagram.
 */
const palette = {
  "#1c1b1a": "ink",
  "#6a6660": "quiet",
  "#c9c4bb": "rule",
  "#8a2b1f": "accent",
  "#1f4e79": "blue",
  "#3b6b35": "green",
  "#ffffff": "paper",
} as const;
const [ink, quiet, rule, accent, blue, green, paper] = Object.keys(palette) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

const family = "PF Sans";
const fontSizePx = 10.7;

const config = {
  startOnLoad: false,
  securityLevel: "strict",
  suppressErrorRendering: true,
  deterministicIds: true,
  deterministicIDSeed: "pf",
  theme: "base",
  look: "classic",
  layout: "dagre",
  htmlLabels: false,
  markdownAutoWrap: false,
  fontFamily: `"${family}"`,
  fontSize: fontSizePx,
  maxTextSize: 20_000,
  themeVariables: {
    darkMode: false,
    background: paper,
    fontFamily: `"${family}"`,
    fontSize: `${fontSizePx}px`,
    primaryColor: paper,
    primaryTextColor: ink,
    primaryBorderColor: ink,
    secondaryColor: paper,
    secondaryTextColor: ink,
    secondaryBorderColor: quiet,
    tertiaryColor: paper,
    tertiaryTextColor: ink,
    tertiaryBorderColor: rule,
    lineColor: ink,
    textColor: ink,
    mainBkg: paper,
    nodeBorder: ink,
    clusterBkg: paper,
    clusterBorder: rule,
    titleColor: ink,
    edgeLabelBackground: paper,
    nodeTextColor: ink,
    actorBkg: paper,
    actorBorder: ink,
    actorTextColor: ink,
    actorLineColor: ink,
    signalColor: blue,
    signalTextColor: ink,
    labelBoxBkgColor: paper,
    labelBoxBorderColor: quiet,
    labelTextColor: quiet,
    loopTextColor: quiet,
    noteBkgColor: paper,
    noteBorderColor: rule,
    noteTextColor: quiet,
    activationBkgColor: paper,
    activationBorderColor: ink,
    sequenceNumberColor: paper,
    labelColor: ink,
    altBackground: paper,
    transitionColor: ink,
    transitionLabelColor: ink,
    stateLabelColor: ink,
    stateBkg: paper,
    labelBackgroundColor: paper,
    compositeBackground: paper,
    compositeTitleBackground: paper,
    compositeBorder: rule,
    innerEndBackground: ink,
    specialStateColor: ink,
    errorBkgColor: paper,
    errorTextColor: accent,
    classText: ink,
    attributeBackgroundColorOdd: paper,
    attributeBackgroundColorEven: paper,
  },
  // `A:::accent` in a diagram marks a node without naming a color.
  themeCSS: [
    `.edgeLabel text, .edgeLabel tspan { font-size: ${fontSizePx}px; }`,
    ...Object.entries({ accent, blue, green, quiet }).map(
      ([name, color]) =>
        `.node.${name} :is(rect, circle, ellipse, polygon, path) { stroke: ${color} !important; stroke-width: 1.6px !important; }`,
    ),
  ].join("\n"),
  flowchart: {
    htmlLabels: false,
    useMaxWidth: false,
    curve: "linear",
    padding: 8,
    nodeSpacing: 28,
    rankSpacing: 32,
    diagramPadding: 2,
    wrappingWidth: 130,
    minNodeWidth: 0,
  },
  sequence: {
    useMaxWidth: false,
    mirrorActors: false,
    diagramMarginX: 4,
    diagramMarginY: 4,
    actorMargin: 44,
    width: 84,
    height: 26,
    boxMargin: 6,
    boxTextMargin: 4,
    noteMargin: 6,
    messageMargin: 26,
    actorFontFamily: family,
    noteFontFamily: family,
    messageFontFamily: family,
    actorFontSize: fontSizePx,
    noteFontSize: fontSizePx,
    messageFontSize: fontSizePx,
    actorFontWeight: 600,
  },
  state: {
    htmlLabels: false,
    useMaxWidth: false,
    nodeSpacing: 48,
    rankSpacing: 44,
    padding: 8,
    minNodeWidth: 0,
    fontSize: fontSizePx,
  },
  class: { htmlLabels: false, useMaxWidth: false },
  er: { useMaxWidth: false, fontSize: fontSizePx },
  gantt: {
    useMaxWidth: false,
    todayMarker: "off",
    fontSize: fontSizePx,
    sectionFontSize: fontSizePx,
  },
  timeline: { useMaxWidth: false },
  mindmap: { useMaxWidth: false },
  quadrantChart: { useMaxWidth: false },
  xyChart: { useMaxWidth: false },
  block: { useMaxWidth: false, padding: 6 },
  packet: { useMaxWidth: false },
};

/**
 * Draw diagrams. In: id → Mermaid source. Out: id → one `<svg>` element as text, or what is wrong
 * with that diagram. A mistake in one never stops the others.
 */
export async function renderDiagrams(
  sources: ReadonlyMap<string, string>,
  deps: DiagramDeps,
): Promise<Map<string, string | DiagramError>> {
  const results = new Map<string, string | DiagramError>();
  const version = versionHash();
  let drawing: Drawing | null = null;
  try {
    for (const [id, source] of sources) {
      const cached = join(deps.cacheDir, `${hashOf([version, source])}.svg`);
      let result: string | DiagramError | null = isFile(cached) ? readText(cached) : null;
      result ??= readSource(source).error;
      if (result === null) {
        drawing ??= await openDrawing(deps.browser);
        result = await drawing.draw(source);
        if (typeof result === "string") writeFile(cached, result);
      }
      results.set(id, result);
      deps.onProgress?.(results.size, sources.size);
    }
  } finally {
    await drawing?.close();
  }
  return results;
}

/**
 * The title and the description that a diagram carries for those who cannot see it
 * (`accTitle:` and `accDescr:` of Mermaid); null where it has none.
 */
export function diagramAlternative(source: string): {
  readonly title: string | null;
  readonly description: string | null;
} {
  const title = /^[ \t]*accTitle[ \t]*:[ \t]*(\S.*)$/m.exec(source)?.[1] ?? null;
  const description =
    /^[ \t]*accDescr[ \t]*:[ \t]*(\S.*)$/m.exec(source)?.[1] ??
    /^[ \t]*accDescr[ \t]*\{([^}]*\S[^}]*)\}/m.exec(source)?.[1]?.replace(/\s+/g, " ") ??
    null;
  return { title: title?.trim() ?? null, description: description?.trim() ?? null };
}

/**
 * What can be said of a source without drawing it. `lines` are the author's line numbers of the
 * lines that Mermaid sees: it drops comments and leading blanks before it counts.
 */
function readSource(source: string): {
  error: DiagramError | null;
  /** What Mermaid gets: without comments, title and description (not every kind knows those). */
  text: string;
  lines: readonly number[];
} {
  const all = withoutAlternative(source).split("\n");
  const kept = all.flatMap((line, i) =>
    /^\s*%%(?!\{)/.test(line) ? [] : [{ text: line, line: i + 1 }],
  );
  while (kept[0]?.text.trim() === "") kept.shift();
  const lines = kept.map((entry) => entry.line);
  const text = kept.map((entry) => entry.text).join("\n");
  const wrong = (message: string, line: number) => ({ error: { message, line }, text, lines });
  const first = kept[0];
  if (first === undefined) return wrong("The diagram is empty", 1);
  const setting = kept.find((entry) => /^\s*%%\{/.test(entry.text));
  if (setting !== undefined || first.text.trim() === "---") {
    const line = setting?.line ?? first.line;
    return wrong(
      "A diagram sets nothing of its own: colors, faces and layout are the theme's",
      line,
    );
  }
  const colored = kept.find((entry) => /(?:fill|stroke|color)\s*:\s*[#a-z]/.test(entry.text));
  if (colored !== undefined) {
    const marks = ":::accent, :::blue, :::green or :::quiet";
    return wrong(`A diagram names no color; mark a node with ${marks}`, colored.line);
  }
  const { title, description } = diagramAlternative(source);
  if (title === null || description === null) {
    const missing = title === null ? "accTitle: (its name)" : "accDescr: (the picture in words)";
    return wrong(`The diagram lacks ${missing}`, first.line);
  }
  return { error: null, text, lines };
}

/** Title and description blanked out; every other line keeps its number. */
function withoutAlternative(source: string): string {
  return source
    .replace(/^[ \t]*acc(?:Title|Descr)[ \t]*:.*$/gm, "")
    .replace(/^[ \t]*accDescr[ \t]*\{[^}]*\}/gm, (block) => block.replace(/[^\n]/g, ""));
}

type Drawing = {
  draw(source: string): Promise<string | DiagramError>;
  close(): Promise<void>;
};

/** A page with Mermaid and the face loaded; a diagram that hangs costs that page, not the build. */
async function openDrawing(browser: DiagramDeps["browser"]): Promise<Drawing> {
  const started = await browser();
  let page: Page | null = null;

  async function draw(source: string): Promise<string | DiagramError> {
    page ??= await openPage(started);
    const { text, lines } = readSource(source);
    const id = `dia-${sha256(source).slice(0, 10)}`;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, renderMsMax, null);
    });
    const drawn = await Promise.race([page.evaluate(drawInPage, id, text, palette), late]);
    clearTimeout(timer);
    if (drawn === null) {
      await page.close();
      page = null;
      return { message: `Mermaid gave no answer within ${renderMsMax / 1000} s`, line: 0 };
    }
    if (drawn.kind === "error") {
      const line = drawn.line === null ? 0 : (lines[drawn.line - 1] ?? 0);
      return { message: drawn.message, line };
    }
    const { title, description } = diagramAlternative(source);
    return tooLarge(drawn) ?? finish(id, drawn, title ?? "", description ?? "");
  }

  return { draw, close: async () => page?.close() };
}

async function openPage(browser: Pick<Browser, "newPage">): Promise<Page> {
  const page = await browser.newPage();
  await page.setOfflineMode(true);
  const rules = fontFaceCss(
    facesUsed,
    (face) => `data:font/ttf;base64,${Buffer.from(readBytes(facePath(face))).toString("base64")}`,
  );
  await page.setContent(`<!doctype html><style>${rules}</style><body></body>`);
  await page.addScriptTag({ content: readText(mermaidBundle()) });
  await page.evaluate(async (settings) => {
    // A page measures with a fallback until a face is loaded, and a face loads only when used.
    for (const face of document.fonts) await face.load();
    (globalThis as unknown as { mermaid: Mermaid }).mermaid.initialize(settings);
  }, config);
  return page;
}

type Mermaid = {
  initialize(settings: unknown): void;
  render(id: string, source: string): Promise<{ svg: string }>;
};
type Drawn =
  | { kind: "error"; message: string; line: number | null }
  | { kind: "drawn"; inner: string; x: number; y: number; width: number; height: number };

function tooLarge(drawn: Drawn & { kind: "drawn" }): DiagramError | null {
  const { width, height } = drawn;
  if (width > widthPxMax) {
    const message = `The diagram is ${Math.ceil(width)} px wide, and above ${widthPxMax} px its text would print smaller than 7 pt: turn it (flowchart TB), shorten labels, or split it`;
    return { message, line: 0 };
  }
  if (height > heightPxMax) {
    const message = `The diagram is ${Math.ceil(height)} px high, and a page has room for ${heightPxMax} px: turn it (flowchart LR), or split it`;
    return { message, line: 0 };
  }
  return null;
}

function finish(
  id: string,
  drawn: Drawn & { kind: "drawn" },
  title: string,
  description: string,
): string {
  const { x, y, width, height, inner } = drawn;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img"`,
    ` aria-labelledby="${id}-title" aria-describedby="${id}-desc"`,
    ` width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">`,
    `<title id="${id}-title">${escapeXml(title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(description)}</desc>`,
    `${inner}</svg>`,
  ].join("");
}

/**
 * Runs in the page: nothing outside this function exists for it. Draws one diagram and bakes it:
 * what the browser computed for each mark is written as attributes and color classes.
 */
async function drawInPage(
  id: string,
  source: string,
  colors: Readonly<Record<string, string>>,
): Promise<Drawn> {
  const { mermaid } = globalThis as unknown as { mermaid: Mermaid };
  // Mermaid draws lots for ids that some kinds show (commits of a gitGraph): the same ones each time.
  let dice = Number.parseInt(id.slice(-7), 16);
  Math.random = () => {
    dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
    return dice / 2 ** 32;
  };
  let text: string;
  try {
    text = (await mermaid.render(id, source)).svg;
  } catch (problem) {
    document.body.replaceChildren();
    return explain(problem);
  }
  const holder = document.createElement("div");
  holder.innerHTML = text;
  document.body.replaceChildren(holder);
  const svg = holder.querySelector("svg");
  if (svg === null) return { kind: "error", message: "Mermaid drew nothing", line: null };
  if (svg.querySelector("foreignObject")) {
    const message = "This kind of diagram sets its labels as HTML, which print and EPUB cannot use";
    return { kind: "error", message, line: null };
  }

  const names = new Map<string, string>();
  for (const [hex, name] of Object.entries(colors)) {
    const n = Number.parseInt(hex.slice(1), 16);
    names.set(`rgb(${n >> 16}, ${(n >> 8) & 255}, ${n & 255})`, name);
  }
  const kept = new Set(
    "d x y x1 y1 x2 y2 cx cy r rx ry width height points transform dx dy viewBox refX refY markerWidth markerHeight markerUnits orient marker-start marker-mid marker-end clip-path".split(
      " ",
    ),
  );
  const marks = new Set("path rect circle ellipse line polyline polygon text tspan".split(" "));
  for (const el of svg.querySelectorAll("style, script, title, desc, metadata")) {
    // Computed styles are read below while the sheets still apply.
    if (el.tagName !== "style") el.remove();
  }

  // Mermaid lets labels of edges lie on each other: of two that meet, the right one moves to the right.
  const labels = [...svg.querySelectorAll<SVGGElement>("g.edgeLabels > g.edgeLabel")];
  const edgesOf = (label: SVGGElement) => label.getBoundingClientRect();
  labels.sort((a, b) => edgesOf(a).left - edgesOf(b).left);
  for (const [i, left] of labels.entries()) {
    for (const right of labels.slice(i + 1)) {
      const [a, b] = [edgesOf(left), edgesOf(right)];
      const overlapPx = a.right + 4 - b.left;
      if (a.width === 0 || b.width === 0 || overlapPx <= 0) continue;
      if (a.bottom <= b.top || b.bottom <= a.top) continue;
      const moved = svg.createSVGTransform();
      moved.setTranslate(overlapPx, 0);
      right.transform.baseVal.insertItemBefore(moved, 0);
    }
  }

  // A message's words may cross the lifeline of a node between its ends: a margin of paper under them. (A stroke round
  // the letters would do on screen; in PDF it sets them twice, and as Type 3.)
  for (const words of svg.querySelectorAll<SVGTextElement>("text.messageText")) {
    const { x, y, width, height } = words.getBBox();
    const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const box = { x: x - 2, y: y + 2, width: width + 4, height: height - 5 };
    for (const [name, value] of Object.entries(box)) paper.setAttribute(name, String(value));
    paper.style.fill = "#ffffff";
    paper.style.stroke = "none";
    words.before(paper);
  }

  // Baselines first: a shift by dominant-baseline becomes plain geometry, which all readers know.
  for (const el of svg.querySelectorAll<SVGTextElement>("text")) {
    const lines = [...el.querySelectorAll<SVGTSpanElement>("tspan")];
    if ([el, ...lines].every((part) => getComputedStyle(part).dominantBaseline === "auto"))
      continue;
    const before = el.getBBox().y;
    for (const part of [el, ...lines]) {
      part.style.dominantBaseline = "auto";
      part.style.alignmentBaseline = "baseline";
    }
    const shift = before - el.getBBox().y;
    const at = Number.parseFloat(el.getAttribute("y") ?? "0") || 0;
    el.setAttribute("y", String(at + shift));
    for (const part of lines) {
      const own = part.getAttribute("y");
      if (own !== null && !own.endsWith("em")) part.setAttribute("y", String(Number(own) + shift));
    }
  }

  // Read all before writing any: a class taken off one element would change its children.
  const unknown = new Set<string>();
  const plan: [Element, Record<string, string>][] = [];
  for (const el of svg.querySelectorAll("*")) {
    if (el.tagName === "style") continue;
    const out: Record<string, string> = {};
    for (const attribute of el.attributes) {
      if (kept.has(attribute.name)) out[attribute.name] = attribute.value;
    }
    if (el.id !== "") out.id = el.id;
    if (marks.has(el.tagName)) {
      // The paint of a text is that of its words: Mermaid often sets it on them alone.
      const words = el.tagName === "text" ? (el.querySelector("tspan") ?? el) : el;
      const style = getComputedStyle(words);
      const isText = el.tagName === "text" || el.tagName === "tspan";
      const classes: string[] = [];
      const hidden =
        style.display === "none" || style.visibility === "hidden" || style.opacity === "0";
      const isFlat = el.tagName === "rect" && !(Number(el.getAttribute("width")) > 1);
      const fill = hidden || isFlat ? null : colorOf(style.fill, style.fillOpacity);
      const width = Number.parseFloat(style.strokeWidth);
      const stroke =
        hidden || isFlat || isText || width === 0
          ? null
          : colorOf(style.stroke, style.strokeOpacity);
      if (fill === null && stroke === null) {
        plan.push([el, { remove: "yes" }]);
        continue;
      }
      if (isText) {
        if (el.tagName === "text") {
          const strong = Number(style.fontWeight) >= 600;
          classes.push(strong ? "label-strong" : fill === "quiet" ? "label-quiet" : "label");
          if (fill !== "ink" && fill !== "quiet" && fill !== null) classes.push(`fill-${fill}`);
          out["font-size"] = String(round(Number.parseFloat(style.fontSize)));
          if (style.textAnchor !== "start") out["text-anchor"] = style.textAnchor;
          if (style.fontStyle === "italic") out["font-style"] = "italic";
        }
      } else {
        // A message that is lost is dashed in the accent color, as in every figure of the book.
        const isLost = /crosshead/.test(`${el.getAttribute("marker-end")} ${el.parentElement?.id}`);
        if (fill === null) out.fill = "none";
        else classes.push(`fill-${fill}`);
        if (stroke !== null) {
          classes.push(`stroke-${isLost ? "accent" : stroke}`);
          out["stroke-width"] = String(round(width));
          if (isLost && el.tagName === "line") out["stroke-dasharray"] = "4 3";
          else if (/[1-9]/.test(style.strokeDasharray)) {
            out["stroke-dasharray"] = style.strokeDasharray
              .replaceAll("px", "")
              .replaceAll(",", "");
          }
        }
      }
      if (classes.length > 0) out.class = classes.join(" ");
    }
    plan.push([el, out]);
  }
  if (unknown.size > 0) {
    const message = `The diagram has colors that are not the theme's: ${[...unknown].join("; ")}`;
    return { kind: "error", message, line: null };
  }

  for (const [el, out] of plan) {
    if (out.remove) {
      el.remove();
      continue;
    }
    for (const attribute of [...el.attributes]) el.removeAttribute(attribute.name);
    for (const [name, value] of Object.entries(out)) {
      el.setAttribute(
        name,
        value.replace(/-?\d*\.\d+(?:e-?\d+)?/g, (n) => String(round(Number(n)))),
      );
    }
  }
  for (const el of svg.querySelectorAll("style")) el.remove();
  for (const el of svg.querySelectorAll("tspan tspan")) el.replaceWith(...el.childNodes);
  svg.normalize();

  // Ids: only those that something points at, named by the content and counted in order.
  const used = new Set(
    [...svg.innerHTML.matchAll(/url\((?:&quot;|")?#([^)"&]+)/g)].map((m) => m[1]),
  );
  const renamed = new Map<string, string>();
  for (const el of svg.querySelectorAll("[id]")) {
    if (used.has(el.id)) renamed.set(el.id, `${id}-${renamed.size + 1}`);
    else el.removeAttribute("id");
  }
  for (const [from, to] of renamed) {
    const el = svg.querySelector(`[id="${CSS.escape(from)}"]`);
    if (el) el.id = to;
    for (const name of ["marker-start", "marker-mid", "marker-end", "clip-path"]) {
      for (const user of svg.querySelectorAll(`[${name}]`)) {
        const value = user.getAttribute(name) ?? "";
        if (value === `url(#${from})` || value === `url("#${from}")`)
          user.setAttribute(name, `url(#${to})`);
      }
    }
  }
  for (const el of svg.querySelectorAll(
    "marker:not([id]), filter, linearGradient, symbol, clipPath:not([id])",
  ))
    el.remove();
  let empty = [...svg.querySelectorAll("g, defs, text, tspan")].filter((el) => isEmpty(el));
  while (empty.length > 0) {
    for (const el of empty) el.remove();
    empty = [...svg.querySelectorAll("g, defs, text, tspan")].filter((el) => isEmpty(el));
  }

  // Lifelines run past the picture: Mermaid cuts them off with its viewBox.
  const edge = svg.viewBox.baseVal.y + svg.viewBox.baseVal.height;
  for (const lifeline of svg.querySelectorAll("line")) {
    if (lifeline.y2.baseVal.value > edge) lifeline.setAttribute("y2", String(round(edge)));
  }

  // The picture's own edges: what Mermaid leaves around a diagram is the page's business.
  const box = svg.getBBox();
  const margin = 2;
  const serializer = new XMLSerializer();
  const inner = [...svg.childNodes]
    .map((node) => serializer.serializeToString(node))
    .join("")
    .replaceAll(' xmlns="http://www.w3.org/2000/svg"', "");
  document.body.replaceChildren();
  return {
    kind: "drawn",
    inner,
    x: round(box.x - margin),
    y: round(box.y - margin),
    width: round(box.width + 2 * margin),
    height: round(box.height + 2 * margin),
  };

  function isEmpty(el: Element): boolean {
    return el.children.length === 0 && (el.textContent ?? "").trim() === "";
  }
  function round(value: number): number {
    return Math.round(value * 100) / 100;
  }
  function colorOf(value: string, opacity: string): string | null {
    if (value === "none" || value === "transparent" || opacity === "0") return null;
    const rgba = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(value);
    if (rgba?.[4] === "0") return null;
    const plain = rgba ? `rgb(${rgba[1]}, ${rgba[2]}, ${rgba[3]})` : value;
    const name = names.get(plain) ?? nearestGray(plain);
    if (name === null) unknown.add(value);
    return name ?? "ink";
  }
  /** Mermaid derives grays that no setting reaches; they become the theme's. */
  function nearestGray(value: string): string | null {
    const [red = 0, greenPart = 0, bluePart = 0] = (value.match(/\d+/g) ?? []).map(Number);
    const spread = Math.max(red, greenPart, bluePart) - Math.min(red, greenPart, bluePart);
    if (spread > 24) return null;
    return red < 70 ? "ink" : red < 150 ? "quiet" : red < 235 ? "rule" : "paper";
  }
  /** Parser errors in one line: the Jison parsers draw an arrow, the Langium ones write a paragraph. */
  function explain(problem: unknown): Drawn {
    const raw = problem instanceof Error ? problem.message : String(problem);
    const hash = (
      problem as {
        hash?: { line?: number; loc?: { first_line?: number }; text?: string; expected?: string[] };
      }
    ).hash;
    const said = /(?:error on line|line:?) (\d+)/i.exec(raw)?.[1];
    const line = said !== undefined ? Number(said) : (hash?.loc?.first_line ?? null);
    const near = /\n(.*)\n-*\^/.exec(raw)?.[1]?.trim();
    const expected = /Expecting (.*), got '?([^'\n]*)'?/.exec(raw);
    const parts = ["Mermaid cannot read the diagram"];
    if (near) parts.push(`near "${near.slice(-60)}"`);
    if (expected)
      parts.push(`got ${expected[2]}, expected ${expected[1]?.split(", ").slice(0, 6).join(", ")}`);
    if (!near && !expected) parts.push(raw.split("\n")[0]?.slice(0, 160) ?? "");
    return { kind: "error", message: parts.join("; "), line };
  }
}

/** Hash of all that shapes a picture beside its source: this file, Mermaid, the face. */
function versionHash(): string {
  const { version } = requireHere("mermaid/package.json") as { version: string };
  const self = readText(fileURLToPath(import.meta.url));
  return hashOf([self, version, ...facesUsed.map((face) => readBytes(facePath(face)))]);
}

const requireHere = createRequire(import.meta.url);
const facesUsed = faces.filter((face) => face.family === family && face.weight !== 300);

/** The single-file bundle of the Mermaid that mermaid-cli depends on. */
function mermaidBundle(): string {
  const fromCli = createRequire(requireHere.resolve("@mermaid-js/mermaid-cli"));
  return join(fromCli.resolve("mermaid/package.json"), "../dist/mermaid.min.js");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
