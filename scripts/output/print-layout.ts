/**
 * What runs inside the printing page: measuring, and filling in what only a print can tell.
 * Each function is sent to the browser as text, so it uses nothing from outside itself.
 */

import type { BlockKind, Cut, MeasuredBlock } from "./print-plan.ts";

export type MeasuredSection = {
  /** Its place among all sections, from 0. */
  readonly number: number;
  readonly startPx: number;
  readonly blocks: readonly MeasuredBlock[];
};

/** What is to be done to a section, in this order. */
export type SectionOrder = {
  readonly number: number;
  readonly moves: readonly { readonly block: number; readonly behind: number }[];
  /** Programs that go on overleaf behind these lines. */
  readonly cuts: readonly { readonly block: number; readonly lines: readonly number[] }[];
  /** Tables that break between rows. */
  readonly rows: readonly number[];
  /** Blocks that begin a page though the one before has room. */
  readonly openers: readonly number[];
};

export type FallenBlock = {
  readonly block: number;
  readonly firstPage: number;
  readonly lastPage: number;
  readonly topPx: number;
  readonly bottomPx: number;
  /** In one piece, wherever pages end. */
  readonly heightPx: number;
};
export type FallenSection = { readonly number: number; readonly blocks: readonly FallenBlock[] };

/** An element that would make Chromium shrink the whole book. */
export type TooWide = {
  readonly where: string;
  readonly text: string;
  readonly widthPx: number;
  readonly limitPx: number;
};

/** Everything that a print decides; equal patches change nothing. */
export type Patch = {
  /** Text for each place of a page number, by its position among all of them. */
  readonly pageTexts: readonly string[];
  /** Runs of page numbers for each entry of the index: text, target, and whether it is the main one. */
  readonly locators: readonly (readonly {
    readonly text: string;
    readonly to: string;
    readonly main: boolean;
  }[])[];
  readonly blankBefore: readonly string[];
  readonly heads: readonly {
    /** Counted from 0. */
    readonly page: number;
    readonly left: string;
    readonly right: string;
    readonly folio: "left" | "right";
  }[];
};

/** Puts the explanations of code lines into the margin where the lines leave room for them. */
export function settleMargins(): void {
  const gapPx = 5;
  const all = (selector: string, root: ParentNode = document): HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(selector),
  ];
  const linesOf = (block: HTMLElement): DOMRect[] => {
    const range = document.createRange();
    const code = block.querySelector("code") ?? block;
    range.selectNodeContents(code);
    return [...range.getClientRects()].filter((rect) => rect.width > 0);
  };

  const lists = all(".listing .callouts");
  for (const list of lists) list.classList.add("in-margin");
  const plans = lists.map((list) => {
    const body = list.closest<HTMLElement>(".listing-body");
    const figure = list.closest<HTMLElement>(".listing");
    if (!body || !figure) return { list, figure, tops: null };
    const origin = body.getBoundingClientRect().top;
    const endPx = figure.getBoundingClientRect().bottom;
    const lines = linesOf(body);
    const marks = all(".callout-mark", body);
    const tops: number[] = [];
    let freePx = Number.NEGATIVE_INFINITY;
    for (const [position, item] of [...list.children].entries()) {
      const mark = marks.find((candidate) => candidate.dataset.callout === String(position + 1));
      const rect = item.getBoundingClientRect();
      if (!mark) return { list, figure, tops: null };
      const topPx = Math.max(mark.getBoundingClientRect().top - 0.5, freePx);
      const bottomPx = topPx + rect.height;
      const touches = lines.some(
        (line) => line.bottom > topPx && line.top < bottomPx && line.right > rect.left - gapPx,
      );
      if (touches || bottomPx > endPx + 2) return { list, figure, tops: null };
      tops.push(topPx - origin);
      freePx = bottomPx + gapPx;
    }
    return { list, figure, tops };
  });
  for (const { list, figure, tops } of plans) {
    if (!tops) {
      list.classList.remove("in-margin");
      continue;
    }
    figure?.classList.add("has-margin-callouts");
    for (const [position, item] of [...list.children].entries()) {
      (item as HTMLElement).style.top = `${tops[position]}px`;
    }
  }
}

/** Keeps wide blocks clear of notes that hang down beside them. */
export function clearNotes(): void {
  const gapPx = 5;
  const all = (selector: string): HTMLElement[] => [
    ...document.querySelectorAll<HTMLElement>(selector),
  ];
  const linesOf = (block: HTMLElement): DOMRect[] => {
    const range = document.createRange();
    const code = block.querySelector("code") ?? block;
    range.selectNodeContents(code);
    return [...range.getClientRects()].filter((rect) => rect.width > 0);
  };
  for (const known of all(".past-notes, .beside-note"))
    known.classList.remove("past-notes", "beside-note");
  const noteRects = all(".note").map((note) => ({ note, rect: note.getBoundingClientRect() }));
  const wide = all(".listing, .transcript, .literal, .framework, .figure, .table, table").filter(
    (block) => block.parentElement?.closest(".framework, .listing, .transcript, .table") === null,
  );
  const verdicts = wide.map((block) => {
    const rect = block.getBoundingClientRect();
    const hangs = noteRects.some(
      (entry) =>
        entry.rect.bottom + gapPx > rect.top &&
        entry.rect.top < rect.top &&
        entry.note.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    if (!hangs) return null;
    // What stands in the margin beside a widget keeps its place there; a note above it does no harm.
    const live = block.querySelector(".live")?.getBoundingClientRect();
    const reachesLive =
      live !== undefined &&
      noteRects.some(({ rect: { top, bottom } }) => bottom + gapPx > live.top && top < rect.top);
    const contentRightPx = Math.max(
      ...[...block.querySelectorAll("code, svg, img, table")]
        .filter((inner) => inner.closest(".live") === null)
        .map((inner) =>
          inner.tagName === "CODE"
            ? Math.max(0, ...linesOf(inner as HTMLElement).map((line) => line.right))
            : inner.getBoundingClientRect().right,
        ),
      0,
    );
    const measurePx = document.querySelector(".body")?.getBoundingClientRect().width ?? 0;
    const inMargin = block.classList.contains("has-margin-callouts");
    const isCard = block.classList.contains("framework");
    return inMargin || reachesLive || (!isCard && contentRightPx > measurePx + 2)
      ? "past-notes"
      : "beside-note";
  });
  for (const [position, block] of wide.entries()) {
    const verdict = verdicts[position];
    if (verdict) block.classList.add(verdict);
  }
}

/** Elements that stand out of the page's text area. */
export function findTooWide(limits: { pageWidthPx: number }): TooWide[] {
  const found: TooWide[] = [];
  const limitPx = limits.pageWidthPx;
  for (const element of document.querySelectorAll<HTMLElement>("#flow *")) {
    // The smallest culprit is named: its parents are too wide only because of it.
    const rect = element.getBoundingClientRect();
    const overflowPx =
      element.tagName === "PRE" ? element.getBoundingClientRect().left + element.scrollWidth : 0;
    const rightPx = Math.max(rect.right, overflowPx);
    if (rect.width === 0 || rightPx <= limitPx + 0.01) continue;
    if (found.some((known) => known.text === (element.textContent ?? "").slice(0, 60))) continue;
    const owner = element.closest<HTMLElement>("[data-file], [id]");
    const named = element.closest<HTMLElement>("[data-file]");
    found.push({
      where: named
        ? `${named.dataset.file}#${named.dataset.region}`
        : `#${owner?.id ?? "unknown"} in section ${
            element.closest<HTMLElement>("[data-section]")?.dataset.section ?? "unknown"
          }`,
      text: (element.textContent ?? "").slice(0, 60),
      widthPx: Math.round(rightPx),
      limitPx,
    });
  }
  return found;
}

/**
 * Gives an id to each reference, whose own page has to be known, and points an invisible link at each id. The result is
 * the places of page numbers, in document order.
 */
export function probe(): { id: string; to: string; style: string }[] {
  let counter = 0;
  const named = (element: Element): string => {
    if (!element.id) {
      counter += 1;
      element.id = `ref-${counter}`;
    }
    return element.id;
  };
  const refs = [...document.querySelectorAll<HTMLElement>(".page-of")].map((place) => ({
    id: place.dataset.style !== "bare" && place.parentElement ? named(place.parentElement) : "",
    to: place.dataset.to ?? "",
    style: place.dataset.style ?? "bare",
  }));
  document.getElementById("probes")?.replaceChildren(
    ...[...document.querySelectorAll("#flow [id]")].map((target) => {
      const link = document.createElement("a");
      link.href = `#${target.id}`;
      link.textContent = ".";
      return link;
    }),
  );
  return refs;
}

/**
 * The blocks of each section with their heights, before anything is moved: what `planPages` works on. Marks each
 * block with its number.
 */
export function measureBlocks(): MeasuredSection[] {
  const programMin = 6;
  const kindOf = (element: Element): BlockKind => {
    if (element.matches(".level-3")) return "subheading";
    if (element.matches("h1, h2, h3, h4, h5, h6, .kicker, .card-title, .facts")) return "heading";
    if (element.matches(".framework")) return "card";
    if (element.matches(".listing")) return "listing";
    if (element.matches(".transcript, pre")) return "transcript";
    if (element.matches(".figure")) return "figure";
    if (element.matches(".table, table")) return "table";
    if (element.matches("p, ul, ol, dl, blockquote")) return "text";
    return "other";
  };
  const numberOf = (text: string): number => Number.parseFloat(text) || 0;
  const isInFlow = (element: Element): boolean => {
    const style = getComputedStyle(element);
    return style.float === "none" && style.position !== "absolute" && style.display !== "none";
  };
  type Line = { readonly topPx: number; readonly bottomPx: number; readonly mayEnd: boolean };
  /** Lines of text from the upper edge of the block; `mayEnd` where a page may end behind one. */
  const linesOf = (element: Element, originPx: number): Line[] => {
    const style = getComputedStyle(element);
    const rect = element.getBoundingClientRect();
    const inner = [...element.children].filter(
      (child) =>
        isInFlow(child) &&
        /^(?:block|list-item|flex|grid|table)/.test(getComputedStyle(child).display),
    );
    const first = inner[0];
    const hasOwnText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? "").trim() !== "",
    );
    const lines: Line[] = [];
    if (style.breakInside === "avoid" && !element.matches("pre")) {
      return [{ topPx: rect.top - originPx, bottomPx: rect.bottom - originPx, mayEnd: true }];
    }
    if (!first || hasOwnText) {
      const topPx = rect.top + numberOf(style.paddingTop) - originPx;
      const bottomPx =
        (first ? first.getBoundingClientRect().top : rect.bottom - numberOf(style.paddingBottom)) -
        originPx;
      const linePx = numberOf(style.lineHeight);
      const count = linePx > 0 ? Math.max(1, Math.round((bottomPx - topPx) / linePx)) : 1;
      const [orphans, widows] = [numberOf(style.orphans), numberOf(style.widows)];
      for (let line = 0; line < count; line++) {
        const heightPx = (bottomPx - topPx) / count;
        lines.push({
          topPx: topPx + line * heightPx,
          bottomPx: topPx + (line + 1) * heightPx,
          mayEnd: line + 1 === count || (line + 1 >= orphans && count - line - 1 >= widows),
        });
      }
    }
    for (const child of inner) {
      const last = lines.at(-1);
      if (last && getComputedStyle(child).breakBefore === "avoid")
        lines.splice(-1, 1, { ...last, mayEnd: false });
      lines.push(...linesOf(child, originPx));
    }
    const end = lines.at(-1);
    if (end && style.breakAfter === "avoid") lines.splice(-1, 1, { ...end, mayEnd: false });
    return lines;
  };
  const textCuts = (element: Element): Cut[] => {
    const rect = element.getBoundingClientRect();
    const lines = linesOf(element, rect.top);
    return lines.slice(0, -1).flatMap((line, index) => {
      const next = lines[index + 1];
      return line.mayEnd && next
        ? [{ atPx: line.bottomPx, restPx: rect.height - next.topPx, penalty: 0.3, line: index + 1 }]
        : [];
    });
  };
  const programCuts = (element: Element, kind: BlockKind): Cut[] => {
    const pre = element.matches("pre") ? element : element.querySelector("pre");
    const code = pre?.querySelector("code");
    if (!pre || !code) return [];
    const rect = element.getBoundingClientRect();
    const body = element.querySelector(".listing-body") ?? pre;
    const [preStyle, bodyStyle] = [getComputedStyle(pre), getComputedStyle(body)];
    const linePx = numberOf(preStyle.lineHeight);
    const footPx = numberOf(bodyStyle.paddingBottom);
    const topPx = code.getBoundingClientRect().top - rect.top;
    const lines = (code.textContent ?? "").replace(/\n+$/, "").split("\n");
    const notes = [...element.querySelectorAll<HTMLElement>(".callouts.in-margin li")].map(
      (item) => {
        const box = item.getBoundingClientRect();
        return { topPx: box.top - rect.top, bottomPx: box.bottom - rect.top };
      },
    );
    const cuts: Cut[] = [];
    for (let line = programMin; line < lines.length; line++) {
      const isBlank = (lines[line] ?? "").trim() === "";
      const rest = lines.length - line - (isBlank ? 1 : 0);
      const [before, after] = [lines[line - 1]?.trim() ?? "", lines[line] ?? ""];
      if (rest < programMin || before === "") continue;
      // A comment stays with what it is about, and a bracket with what it closes.
      if (kind === "listing" && /^(?:\/\*|\*|\/\/|#)|\*\/$/.test(before)) continue;
      if (kind === "listing" && /^\s*(?:\*|[)\]}>])/.test(after)) continue;
      const atPx = topPx + line * linePx + footPx;
      if (notes.some((note) => note.topPx < atPx - footPx && note.bottomPx > atPx + 4)) continue;
      const depth = isBlank ? 0 : (/^\s*/.exec(after)?.[0].length ?? 0);
      const isLong = lines.length > 30;
      cuts.push({
        atPx,
        restPx: rect.height - (line + (isBlank ? 1 : 0)) * linePx,
        penalty:
          kind === "transcript"
            ? (isLong ? 8 : 14) + (isBlank ? 0 : 4)
            : (isLong ? 14 : 26) + (isBlank ? 0 : 8 + Math.min(depth, 8)),
        line,
      });
    }
    return cuts;
  };
  const tableCuts = (element: Element): Cut[] => {
    const rect = element.getBoundingClientRect();
    const headPx = element.querySelector("thead")?.getBoundingClientRect().height ?? 0;
    const rows = [...element.querySelectorAll("tbody tr")].map((row) =>
      row.getBoundingClientRect(),
    );
    if (rect.height < 330) return [];
    return rows.slice(0, -2).flatMap((row, index) =>
      index < 1
        ? []
        : [
            {
              atPx: row.bottom - rect.top,
              restPx: rect.bottom - row.bottom + headPx,
              penalty: 20,
              line: index + 1,
            },
          ],
    );
  };

  const found: MeasuredSection[] = [];
  const sections = [...document.querySelectorAll<HTMLElement>("#flow > .section")];
  for (const [sectionNumber, section] of sections.entries()) {
    const bodies = [...section.querySelectorAll(":scope > .body:not(.index-columns)")];
    if (bodies.length !== 1 || section.querySelector(".toc")) continue;
    const blocks: MeasuredBlock[] = [];
    const notes: DOMRect[] = [];
    const ends: { readonly topPx: number; bottomPx: number }[] = [];
    let parents = 0;
    const walk = (parent: Element): void => {
      const parentNumber = parents;
      parents += 1;
      let announcing = false;
      let hasNote = false;
      for (const child of parent.children) {
        if (child.matches(".note")) {
          hasNote = true;
          notes.push(child.getBoundingClientRect());
          continue;
        }
        if (!isInFlow(child)) continue;
        if (child.matches("section:not(.framework), .hint")) {
          walk(child);
          continue;
        }
        const rect = child.getBoundingClientRect();
        if (rect.height === 0) continue;
        const style = getComputedStyle(child);
        const kind = kindOf(child);
        const before = blocks.at(-1);
        const end = ends.at(-1);
        if (style.breakBefore === "avoid" && before && end) {
          // The two are one for the plan: no page ends between them.
          const addedPx = rect.bottom - end.bottomPx;
          end.bottomPx = rect.bottom;
          blocks.splice(-1, 1, {
            ...before,
            heightPx: before.heightPx + addedPx,
            marginBottomPx: numberOf(style.marginBottom),
            cuts: before.cuts.map((cut) => ({ ...cut, restPx: cut.restPx + addedPx })),
          });
          (child as HTMLElement).dataset.block = `${sectionNumber}-${blocks.length - 1}`;
          continue;
        }
        notes.push(
          ...[...child.querySelectorAll(".note")].map((note) => note.getBoundingClientRect()),
        );
        const isProgram = kind === "listing" || kind === "transcript";
        const isText = kind === "text" || kind === "other";
        const mayBreak = isText && style.breakInside !== "avoid";
        (child as HTMLElement).dataset.block = `${sectionNumber}-${blocks.length}`;
        blocks.push({
          kind,
          parent: parentNumber,
          heightPx: rect.height,
          marginTopPx: numberOf(style.marginTop),
          marginBottomPx: numberOf(style.marginBottom),
          gapPx: rect.top - (end?.bottomPx ?? rect.top),
          announced: announcing,
          mayMove: !hasNote && !child.querySelector(".note"),
          cuts: isProgram
            ? programCuts(child, kind)
            : kind === "table"
              ? tableCuts(child)
              : mayBreak
                ? textCuts(child)
                : [],
          noteBottomPx: Math.max(
            0,
            ...notes
              .filter((note) => note.top > rect.top - 20 && note.top < rect.bottom)
              .map((note) => note.bottom - rect.top),
          ),
        });
        ends.push({ topPx: rect.top, bottomPx: rect.bottom });
        announcing = /:\s*$/.test(child.textContent ?? "");
        hasNote = false;
      }
    };
    for (const body of bodies) walk(body);
    const startPx = (ends[0]?.topPx ?? 0) - section.getBoundingClientRect().top;
    found.push({ number: sectionNumber, startPx, blocks });
  }
  return found;
}

/** Carries out plans, each on a section as it was before any plan: the author's order is kept aside. */
export function carryOut(orders: readonly SectionOrder[]): void {
  type Kept = { kept?: Map<number, Node> };
  const store = window as unknown as Kept;
  store.kept ??= new Map();
  const sections = [...document.querySelectorAll<HTMLElement>("#flow > .section")];
  const numberOf = (text: string): number => Number.parseFloat(text) || 0;

  /** Takes everything from a line on out of a program, and puts it into a body of its own behind. */
  const cutProgram = (block: HTMLElement, line: number): void => {
    const bodies = [...block.querySelectorAll<HTMLElement>(".listing-body")];
    const pres = block.matches("pre") ? [block] : [...block.querySelectorAll<HTMLElement>("pre")];
    const pre = pres[0];
    const code = pre?.querySelector("code");
    if (!pre || !code) return;
    const linePx = numberOf(getComputedStyle(pre).lineHeight);
    const lines = (code.textContent ?? "").split("\n");
    const isBlank = (lines[line] ?? "").trim() === "";
    const endAt = lines.slice(0, line).join("\n").length;
    const restAt = lines.slice(0, line + (isBlank ? 1 : 0)).join("\n").length + 1;
    const placeAt = (offset: number): [Node, number] => {
      const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
      let rest = offset;
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const length = node.textContent?.length ?? 0;
        if (rest <= length) return [node, rest];
        rest -= length;
      }
      return [code, code.childNodes.length];
    };
    const take = (from: number): DocumentFragment => {
      const range = document.createRange();
      range.setStart(...placeAt(from));
      range.setEnd(code, code.childNodes.length);
      return range.extractContents();
    };
    const restPre = pre.cloneNode(false) as HTMLElement;
    const restCode = code.cloneNode(false) as HTMLElement;
    restCode.append(take(restAt));
    // A mark stands behind the text of its line and in front of the line's end.
    const tail = take(endAt);
    code.append(...tail.querySelectorAll(".callout-mark"));
    restPre.append(restCode);
    const body = bodies[0];
    if (!body) {
      pre.after(restPre);
      return;
    }
    const restBody = body.cloneNode(false) as HTMLElement;
    restBody.append(restPre);
    body.after(restBody);
    const list = body.querySelector<HTMLElement>(".callouts");
    if (!list) return;
    if (!list.classList.contains("in-margin")) {
      restBody.append(list);
      return;
    }
    const restList = list.cloneNode(false) as HTMLElement;
    const items = [...list.querySelectorAll<HTMLElement>(":scope > li")];
    const marks = body.querySelectorAll(".callout-mark").length;
    restList.style.counterReset = `callout ${marks}`;
    for (const item of items.slice(marks)) {
      item.style.top = `${numberOf(item.style.top) - (line + (isBlank ? 1 : 0)) * linePx}px`;
      restList.append(item);
    }
    if (marks === 0) list.remove();
    if (items.length > marks) restBody.append(restList);
  };

  for (const order of orders) {
    const section = sections[order.number];
    const body = section?.querySelector(":scope > .body");
    if (!section || !body) continue;
    const kept = store.kept.get(order.number);
    if (kept) body.replaceWith(kept.cloneNode(true));
    else store.kept.set(order.number, body.cloneNode(true));
    const elementsOf = (block: number): HTMLElement[] => [
      ...section.querySelectorAll<HTMLElement>(`[data-block="${order.number}-${block}"]`),
    ];
    for (const { block, behind } of order.moves) {
      elementsOf(behind)
        .at(-1)
        ?.after(...elementsOf(block));
    }
    for (const { block, lines } of order.cuts) {
      const element = elementsOf(block)[0];
      if (!element) continue;
      element.classList.add("in-parts");
      for (const line of [...lines].reverse()) cutProgram(element, line);
    }
    for (const block of order.rows) elementsOf(block)[0]?.classList.add("may-break");
    for (const block of order.openers) elementsOf(block)[0]?.classList.add("opens-page");
  }

  // As in `markFollowingParagraphs`: a paragraph is indented if it follows a paragraph.
  const isPlain = (element: Element | null): boolean =>
    element?.tagName === "P" && /^(?:follows|lead|opens-page| )*$/.test(element.className);
  for (const paragraph of document.querySelectorAll<HTMLElement>(".body p")) {
    if (!isPlain(paragraph) || paragraph.classList.contains("lead")) continue;
    let before = paragraph.previousElementSibling;
    while (before?.classList.contains("note")) before = before.previousElementSibling;
    paragraph.classList.toggle("follows", isPlain(before));
  }
}

/**
 * On which page of its section each block begins and ends. Each section is laid out by itself in columns of the page's text
 * area, which break exactly as pages do.
 */
export function whereBlocksFell(numbers: readonly number[]): FallenSection[] {
  const flow = document.getElementById("flow");
  if (!flow) return [];
  const sections = [...document.querySelectorAll<HTMLElement>("#flow > .section")];
  const wholes = new Map<string, { readonly topPx: number; readonly bottomPx: number }>();
  for (const element of flow.querySelectorAll<HTMLElement>("[data-block]")) {
    const { top, bottom } = element.getBoundingClientRect();
    const name = element.dataset.block ?? "";
    wholes.set(name, { topPx: wholes.get(name)?.topPx ?? top, bottomPx: bottom });
  }
  flow.classList.add("measuring");
  const fallen = numbers.map((number): FallenSection => {
    const section = sections[number];
    if (!section) return { number, blocks: [] };
    section.classList.add("measured");
    const origin = section.getBoundingClientRect();
    const pitchPx = origin.width + Number.parseFloat(getComputedStyle(section).columnGap);
    const blocks: FallenBlock[] = [];
    for (const element of section.querySelectorAll<HTMLElement>("[data-block]")) {
      const block = Number(element.dataset.block?.split("-")[1]);
      const parts = [...element.getClientRects()].map((rect) => ({
        page: Math.floor((rect.left - origin.left + 1) / pitchPx),
        topPx: rect.top - origin.top,
        bottomPx: rect.bottom - origin.top,
      }));
      const [first, last] = [parts[0], parts.at(-1)];
      if (!first || !last) continue;
      const known = blocks.find((other) => other.block === block);
      if (known) Object.assign(known, { lastPage: last.page, bottomPx: last.bottomPx });
      else {
        const whole = wholes.get(element.dataset.block ?? "");
        blocks.push({
          heightPx: whole ? whole.bottomPx - whole.topPx : 0,
          block,
          firstPage: first.page,
          lastPage: last.page,
          topPx: first.topPx,
          bottomPx: last.bottomPx,
        });
      }
    }
    section.classList.remove("measured");
    return { number, blocks };
  });
  flow.classList.remove("measuring");
  return fallen;
}

/** Carries out a patch; the result names what was different before, at most a few of each kind. */
export function fill(input: { patch: Patch; areaHeightPx: number }): string[] {
  const { patch, areaHeightPx } = input;
  const changed: string[] = [];
  const places = [...document.querySelectorAll<HTMLElement>(".page-of")];
  for (const [position, place] of places.entries()) {
    const text = patch.pageTexts[position] ?? "";
    if (place.textContent === text) continue;
    changed.push(`page of #${place.dataset.to}: “${place.textContent}” to “${text}”`);
    place.textContent = text;
  }
  for (const place of document.querySelectorAll<HTMLElement>(".locators")) {
    const runs = patch.locators[Number(place.dataset.entry)] ?? [];
    const text = runs.map((run) => run.text).join(", ");
    if (place.textContent === text) continue;
    changed.push(`index: “${place.textContent}” to “${text}”`);
    place.replaceChildren(
      ...runs.flatMap((run, position) => {
        const link = document.createElement("a");
        link.href = `#${run.to}`;
        link.textContent = run.text;
        if (run.main) link.className = "main";
        return position === 0 ? [link] : [", ", link];
      }),
    );
  }
  for (const section of document.querySelectorAll<HTMLElement>(".section")) {
    const needed = patch.blankBefore.includes(section.dataset.section ?? "");
    const known = section.previousElementSibling;
    const blank = known?.classList.contains("blank-page") ? known : null;
    if (needed === (blank !== null)) continue;
    changed.push(`blank page before ${section.dataset.section}`);
    if (blank) blank.remove();
    else {
      const page = document.createElement("div");
      page.className = "blank-page";
      page.id = `blank-after-${known instanceof HTMLElement ? known.dataset.section : ""}`;
      section.before(page);
    }
  }
  const heads = document.getElementById("heads");
  if (heads) {
    heads.replaceChildren(
      ...patch.heads.map((head) => {
        const line = document.createElement("div");
        line.className = "head";
        line.style.top = `${head.page * areaHeightPx}px`;
        const [left, right] = [document.createElement("span"), document.createElement("span")];
        left.textContent = head.left;
        right.textContent = head.right;
        (head.folio === "left" ? left : right).className = "folio";
        line.append(left, right);
        return line;
      }),
    );
  }
  return changed;
}

/** What each id that a link points at is called: its heading, its label, or else the words of the first link to it. */
export function targetNames(): [string, string][] {
  const names = new Map<string, string>();
  const words = (text: string | null | undefined): string =>
    (text ?? "")
      .replace(/\u00AD/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 80);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#flow a[href^='#']")) {
    const id = (link.getAttribute("href") ?? "").slice(1);
    if (names.has(id)) continue;
    const target = document.getElementById(id);
    // A drawing has labels too; those are no spans.
    const label = target?.querySelector("span.label, .card-title, h2, h3, h4");
    const isNamed = target?.matches("h1, h2, h3, h4, h5, dt, dfn, .bibliography li");
    const name = words(isNamed ? target?.textContent : (label ?? link).textContent);
    const kind = link.matches(".footnote-ref") ? "Note" : "Page";
    names.set(id, /^[\d–]+$/.test(name) ? `${kind} ${name}` : name);
  }
  return [...names].filter(([, name]) => name !== "");
}

/** Before the last print: the measuring links go, except to what the finished book links to. */
export function removeProbes(): void {
  document.getElementById("probes")?.replaceChildren();
}

/** Families and weights whose file did not load: text in them would print as nothing. */
export async function facesThatFailed(): Promise<string[]> {
  const set = await document.fonts.ready;
  return [...set]
    .filter((face) => face.status === "error" || face.status === "loading")
    .map((face) => `${face.family} ${face.weight} ${face.style}`);
}
