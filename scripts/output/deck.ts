/**
 * A cut deck to one folder that presents itself from `file://` with the network off: reveal.js as a classic script, its
 * notes window, own faces, no Markdown and no highlighter at run time. Then the checks and the PDF, in the build's browser.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Element, ElementContent } from "hast";
import { h } from "hastscript";
import type { Browser, Page } from "puppeteer";
import { newPage } from "../browser.ts";
import { readText } from "../files.ts";
import { type Face, faces, fontFaceCss, subsetFace } from "../fonts.ts";
import type { BookMeta } from "../model.ts";
import { type CutDeck, type DeckSlide, minutes } from "../transform/slides.ts";
import { htmlDocument } from "./document.ts";

/** Units of a slide; the browser scales them to the projector. */
export const slideWidthPx = 1280;
export const slideHeightPx = 720;

/** A place where a slide does not fit its frame, or cannot be read from the last row. */
export type Offender = {
  readonly slideId: string;
  /** 0 is the slide before anything has been revealed. */
  readonly step: number;
  readonly reason: string;
};

/**
 * All files of a deck's folder, by path within it. Equal input gives equal bytes.
 *
 * @param themeDir  folder of tokens.css, figures.css, code.css, slides.css and deck.js
 */
export async function deckFiles(
  deck: CutDeck,
  book: BookMeta,
  themeDir: string,
): Promise<Map<string, string | Uint8Array>> {
  const reveal = dirname(createRequire(import.meta.url).resolve("reveal.js/reveal.css"));
  const page = deckHtml(deck, book);
  const transcript = transcriptHtml(deck, book);
  const used = facesUsed();
  const theme = ["tokens", "figures", "code", "slides"].map((name) =>
    readText(join(themeDir, `${name}.css`)),
  );
  const rules = fontFaceCss(used, (face) => `fonts/${face.id}.woff2`);
  const files = new Map<string, string | Uint8Array>([
    ["index.html", page],
    ["notes.html", transcript],
    ["assets/reveal.css", readText(join(reveal, "reveal.css"))],
    ["assets/deck.css", [rules, ...theme].join("\n")],
    ["assets/reveal.js", readText(join(reveal, "reveal.js"))],
    ["assets/notes.js", readText(join(reveal, "plugin/notes.js"))],
    ["assets/deck.js", readText(join(themeDir, "deck.js"))],
  ]);
  const characters = charactersOf(page + transcript);
  for (const face of used)
    files.set(`assets/fonts/${face.id}.woff2`, await subsetFace(face, characters));
  return files;
}

/** The faces that slides.css asks for. */
function facesUsed(): Face[] {
  const wanted = new Set(["PF Sans", "PF Code", "PF Math", "PF Serif", "PF Serif Display"]);
  return faces.filter((face) => wanted.has(face.family));
}

/** Every character of the pages, and what scripts and style sheets may add to them. */
function charactersOf(html: string): string {
  const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
  return [...new Set(`${ascii}–—…·×→✓“”‘’${html}`)].sort().join("");
}

/** The page that is presented. */
export function deckHtml(deck: CutDeck, book: BookMeta): string {
  let startS = 0;
  const slides = deck.slides.map((slide, index) => {
    const element = slideElement(slide, startS, index, deck, book);
    startS += slide.timeS;
    return element;
  });
  return htmlDocument({
    language: book.language,
    title: `${deck.title}, ${book.title}`,
    description: deck.subtitle,
    head: ["reveal", "deck"]
      .map((name) => `<link rel="stylesheet" href="assets/${name}.css">`)
      .join("\n"),
    bodyClass: "deck",
    body: [
      h("div.reveal", { dataSeconds: String(deck.durationMin * 60) }, [h("div.slides", slides)]),
      ...["reveal", "notes", "deck"].map((name) => h("script", { src: `assets/${name}.js` })),
    ],
  });
}

function slideElement(
  slide: DeckSlide,
  startS: number,
  index: number,
  deck: CutDeck,
  book: BookMeta,
): Element {
  const heading = h(index === 0 ? "h1" : "h2", { id: `${slide.id}-title` }, slide.title);
  const classes = ["slide", ...(slide.layout ? [`layout-${slide.layout}`] : []), ...slide.classes];
  const body = h("div.body", slide.body.children as ElementContent[]);
  return h(
    "section",
    {
      id: slide.id,
      className: classes,
      dataTiming: String(slide.timeS),
      ariaLabelledBy: `${slide.id}-title`,
    },
    [
      h("div.frame", slide.layout === "cover" ? cover(heading, body, deck, book) : [heading, body]),
      h("aside.notes", [
        schedule(slide, startS),
        ...((slide.notes?.children ?? []) as ElementContent[]),
      ]),
    ],
  );
}

function cover(heading: Element, body: Element, deck: CutDeck, book: BookMeta): ElementContent[] {
  return [
    h("p.book", book.title),
    heading,
    ...(deck.subtitle ? [h("p.subtitle", deck.subtitle)] : []),
    body,
    h("p.duration", `${deck.durationMin} minutes`),
  ];
}

/** What the speaker must know before the first word: when this slide begins, how long it takes, whether it may go. */
function schedule(slide: DeckSlide, startS: number): Element {
  const cut = slide.cut === null ? "" : ` Late? Skip this slide (cut ${slide.cut}).`;
  const only = slide.courses.length === 0 ? "" : ` Only in: ${slide.courses.join(", ")}.`;
  const text = ` ${clock(startS)} to ${clock(startS + slide.timeS)}, ${minutes(slide.timeS)}.${cut}${only}`;
  return h("p.schedule", [h("strong", "Time:"), text]);
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Slides and notes as one page to read: for who prepares, who was not there, and who cannot see the slides. */
export function transcriptHtml(deck: CutDeck, book: BookMeta): string {
  let startS = 0;
  const parts = deck.slides.map((slide, index) => {
    const at = startS;
    startS += slide.timeS;
    return h("section.told", { id: slide.id }, [
      h("h2", [h("span.number", String(index + 1)), " ", slide.title]),
      h("div.shown", slide.body.children as ElementContent[]),
      h("div.spoken", [
        schedule(slide, at),
        ...((slide.notes?.children ?? []) as ElementContent[]),
      ]),
    ]);
  });
  return htmlDocument({
    language: book.language,
    title: `${deck.title}: slides and notes, ${book.title}`,
    description: deck.subtitle,
    head: '<link rel="stylesheet" href="assets/deck.css">',
    bodyClass: "transcript-page",
    body: [
      h("main", [
        h("p.book", book.title),
        h("h1", deck.title),
        ...(deck.subtitle ? [h("p.subtitle", deck.subtitle)] : []),
        h("p.duration", `${deck.durationMin} minutes, ${deck.slides.length} slides. `, [
          h("a", { href: "index.html" }, "Present"),
        ]),
        ...parts,
      ]),
    ],
  });
}

/** A deck's page in the browser, ready and without motion. */
async function openDeck(browser: Browser, folder: string, query = ""): Promise<Page> {
  const page = await newPage(browser, { folders: [folder], scripts: true });
  await page.setViewport({ width: slideWidthPx, height: slideHeightPx });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(pathToFileURL(join(folder, "index.html")).href + query);
  await page.waitForSelector("html[data-deck=ready]");
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}

/**
 * The deck as PDF: one page a slide with all of it shown, tagged, with an outline. Equal input gives equal bytes.
 *
 * @param folder  where the files of `deckFiles` were written, as an absolute path
 */
export async function deckPdf(browser: Browser, folder: string): Promise<Uint8Array> {
  const page = await openDeck(browser, folder, "?print-pdf");
  try {
    const pdf = await page.pdf({
      preferCSSPageSize: true,
      printBackground: true,
      tagged: true,
      outline: true,
    });
    return withoutDates(pdf);
  } finally {
    await page.close();
  }
}

/** Chromium writes the time of printing; a date of the same length keeps all offsets of the file right. */
function withoutDates(pdf: Uint8Array): Uint8Array {
  const text = Buffer.from(pdf).toString("latin1");
  const fixed = text.replace(
    /(\/(?:CreationDate|ModDate) \(D:)([^)]*)\)/g,
    (_, start: string, date: string) => {
      const other = "20000101000000+00'00'".slice(0, date.length).padEnd(date.length, "0");
      return `${start}${other})`;
    },
  );
  return new Uint8Array(Buffer.from(fixed, "latin1"));
}

/**
 * Look at every slide at every step in a frame of 1280 × 720: nothing may leave it or be clipped, words are at least 24 px
 * high, code at least 20, labels of figures 15, small print 16.
 *
 * @param folder  where the files of `deckFiles` were written, as an absolute path
 */
export async function deckOffenders(browser: Browser, folder: string): Promise<Offender[]> {
  const page = await openDeck(browser, folder);
  try {
    return await page.evaluate(measureDeck, { width: slideWidthPx, height: slideHeightPx });
  } finally {
    await page.close();
  }
}

type RevealApi = {
  slide(h: number, v: number, f: number): void;
  getSlides(): HTMLElement[];
};

/** Runs in the page: nothing outside this function exists for it. */
function measureDeck(frame: { width: number; height: number }): Offender[] {
  const reveal = (globalThis as unknown as { Reveal: RevealApi }).Reveal;
  const offenders: Offender[] = [];
  reveal.getSlides().forEach((slide, index) => {
    const steps = slide.querySelectorAll(".fragment").length;
    const seen = new Set<string>();
    for (let step = 0; step <= steps; step += 1) {
      reveal.slide(index, 0, step - 1);
      for (const reason of wrongs(slide)) {
        if (!seen.has(reason)) offenders.push({ slideId: slide.id, step, reason });
        seen.add(reason);
      }
    }
  });
  return offenders;

  function wrongs(slide: HTMLElement): string[] {
    const found: string[] = [];
    for (const el of slide.querySelectorAll<HTMLElement>(".frame *")) {
      const box = el.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const isMark =
        el.namespaceURI !== "http://www.w3.org/1999/xhtml" &&
        el.tagName !== "svg" &&
        el.tagName !== "text";
      if (!isMark && !el.parentElement?.closest(".cropped")) {
        // The foot belongs to the slide's number.
        const foot = frame.height - 46;
        const out = Math.max(-box.left, -box.top, box.right - frame.width, box.bottom - foot);
        if (out > 1) found.push(`${nameOf(el)} leaves the frame by ${Math.ceil(out)} px`);
      }
      const style = getComputedStyle(el);
      if (style.overflow !== "visible" && el.clientWidth > 0) {
        const cut = Math.max(el.scrollWidth - el.clientWidth, el.scrollHeight - el.clientHeight);
        if (cut > 1) found.push(`${nameOf(el)} is cut off by ${cut} px`);
      }
      const hasWords = [...el.childNodes].some(
        (node) => node.nodeType === 3 && node.textContent?.trim(),
      );
      if (!hasWords) continue;
      const scale = el instanceof SVGGraphicsElement ? (el.getScreenCTM()?.a ?? 1) : 1;
      const size = Number.parseFloat(style.fontSize) * Math.abs(scale || 1);
      const least = leastOf(el);
      if (size < least - 0.05)
        found.push(`${nameOf(el)} is set in ${size.toFixed(1)} px, less than ${least}`);
    }
    const parts = [...slide.querySelectorAll<HTMLElement>(".frame > *, .body > *")];
    for (const [i, a] of parts.entries()) {
      for (const b of parts.slice(i + 1)) {
        if (a.contains(b)) continue;
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const deep = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        if (deep > 1 && wide > 1)
          found.push(`${nameOf(a)} and ${nameOf(b)} overlap by ${Math.ceil(deep)} px`);
      }
    }
    return found;
  }
  function leastOf(el: globalThis.Element): number {
    if (el.closest("svg")) return 15;
    if (el.closest(".proof, .credit, .label, .duration, .book, sup, sub")) return 16;
    return el.closest("pre, code") ? 20 : 24;
  }
  function nameOf(el: globalThis.Element): string {
    const words = (el.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 30);
    const className = el.getAttribute("class")?.split(" ")[0];
    return `${el.tagName.toLowerCase()}${className ? `.${className}` : ""}${words ? ` "${words}"` : ""}`;
  }
}
