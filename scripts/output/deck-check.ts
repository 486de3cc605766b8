/**
 * Looks at a finished deck in the browser that will show it: every slide at every step, and every step of a widget that the
 * slide goes to.
 */
import type { Browser } from "puppeteer";
import { slideHeightPx, slideWidthPx } from "./deck.ts";
import { openDeck } from "./deck-print.ts";

/** A place where a slide does not fit its frame, or cannot be read from the last row. */
export type Offender = {
  readonly slideId: string;
  /** 0 is the slide before anything has been revealed. */
  readonly step: number;
  readonly reason: string;
};

/**
 * In a frame of 1280 × 720 nothing may leave it or be clipped; words are at least 24 px high, code at least 20, labels of
 * figures 15, small print and controls 16; contrast is 7:1 (WCAG 2.2, 1.4.6); a listing has at most 14 lines.
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
  const shared = globalThis as unknown as {
    Reveal: RevealApi;
    partialFailure?: { setState(figure: HTMLElement, query: string): void };
  };
  const reveal = shared.Reveal;
  const offenders: Offender[] = [];
  /** By text as the style has it: red, green, blue. */
  const colors = new Map<string, number[] | null>();
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
    for (const figure of slide.querySelectorAll<HTMLElement>("[data-widget]"))
      for (const [step, reason] of wrongsOfWidget(slide, figure)) {
        const told = `${reason}, at step ${step} of the widget`;
        if (!seen.has(reason)) offenders.push({ slideId: slide.id, step: steps, reason: told });
        seen.add(reason);
      }
  });
  return offenders;

  /** The speaker may step through the whole run. */
  function wrongsOfWidget(slide: HTMLElement, figure: HTMLElement): [number, string][] {
    const query = new URLSearchParams(figure.dataset.state);
    const last = Number(figure.querySelector<HTMLInputElement>("[data-do=scrub]")?.max ?? 0);
    const found: [number, string][] = [];
    for (let step = 0; step <= last; step += 1) {
      query.set("step", String(step));
      shared.partialFailure?.setState(figure, query.toString());
      for (const reason of wrongs(slide)) found.push([step, reason]);
    }
    return found;
  }
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
      if (style.overflow !== "visible" && el.clientWidth > 0 && !el.matches(".widget-status")) {
        const cut = Math.max(el.scrollWidth - el.clientWidth, el.scrollHeight - el.clientHeight);
        if (cut > 1) found.push(`${nameOf(el)} is cut off by ${cut} px`);
      }
      const hasWords = [...el.childNodes].some(
        (node) => node.nodeType === 3 && node.textContent?.trim(),
      );
      if (!hasWords) continue;
      const contrast = contrastOf(el, style);
      if (contrast < 7)
        found.push(`${nameOf(el)} has a contrast of ${contrast.toFixed(1)}:1, less than 7`);
      const scale = el instanceof SVGGraphicsElement ? (el.getScreenCTM()?.a ?? 1) : 1;
      const size = Number.parseFloat(style.fontSize) * Math.abs(scale || 1);
      const least = leastOf(el);
      if (size < least - 0.05)
        found.push(`${nameOf(el)} is set in ${size.toFixed(1)} px, less than ${least}`);
    }
    for (const code of slide.querySelectorAll(".listing code")) {
      const lines = code.querySelectorAll(".line").length;
      if (lines > 14) found.push(`a listing has ${lines} lines, more than 14`);
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
  /** Of words on what lies beneath them, in the theme of the deck; dimmed lines of a listing are dim for a step only. */
  function contrastOf(el: globalThis.Element, style: CSSStyleDeclaration): number {
    const own = colorOf(el instanceof SVGElement ? style.fill : style.color);
    const below = colorOf(groundOf(el));
    if (own === null || below === null) return 21;
    const [light, dark] = [luminance(own), luminance(below)].sort((a, b) => b - a) as [
      number,
      number,
    ];
    return (light + 0.05) / (dark + 0.05);
  }
  function groundOf(el: globalThis.Element): string {
    const box = el.getBoundingClientRect();
    const stack = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    for (const under of el instanceof SVGElement ? stack.slice(stack.indexOf(el) + 1) : []) {
      const { fill, fillOpacity, opacity } = getComputedStyle(under);
      const isShape =
        under instanceof SVGGeometryElement && under.tagName !== "line" && fill !== "none";
      if (isShape && Number(fillOpacity) * Number(opacity) > 0.5) return fill;
      if (!(under instanceof SVGElement)) break;
    }
    for (let at: globalThis.Element | null = el; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (backgroundColor !== "rgba(0, 0, 0, 0)" && backgroundColor !== "transparent")
        return backgroundColor;
    }
    return getComputedStyle(document.body).backgroundColor;
  }
  function colorOf(text: string): number[] | null {
    const known = colors.get(text);
    if (known !== undefined) return known;
    const canvas = text === "none" ? null : document.createElement("canvas").getContext("2d");
    if (canvas) {
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
    }
    const color = canvas ? [...canvas.getImageData(0, 0, 1, 1).data] : null;
    colors.set(text, color);
    return color;
  }
  /** WCAG 2.2, definition of relative luminance. */
  function luminance([r = 0, g = 0, b = 0]: number[]): number {
    const [x = 0, y = 0, z = 0] = [r, g, b].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  function leastOf(el: globalThis.Element): number {
    if (el.closest("svg")) return 15;
    if (el.closest(".proof, .credit, .label, .duration, .book, .widget-panel, sup, sub")) return 16;
    return el.closest("pre, code") ? 20 : 24;
  }
  function nameOf(el: globalThis.Element): string {
    const words = (el.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 30);
    const className = el.getAttribute("class")?.split(" ")[0];
    return `${el.tagName.toLowerCase()}${className ? `.${className}` : ""}${words ? ` "${words}"` : ""}`;
  }
}
