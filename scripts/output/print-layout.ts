/**
 * What runs inside the printing page: measuring, and filling in what only a print can tell.
 * Each function is sent to the browser as text, so it uses nothing from outside itself.
 */

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

/**
 * Puts the explanations of code lines into the margin where the lines leave room for them, and keeps wide
 * blocks clear of notes that hang down beside them.
 */
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
    const contentRightPx = Math.max(
      ...[...block.querySelectorAll("code, svg, img, table")].map((inner) =>
        inner.tagName === "CODE"
          ? Math.max(0, ...linesOf(inner as HTMLElement).map((line) => line.right))
          : inner.getBoundingClientRect().right,
      ),
      0,
    );
    const measurePx = document.querySelector(".body")?.getBoundingClientRect().width ?? 0;
    const inMargin = block.classList.contains("has-margin-callouts");
    const isCard = block.classList.contains("framework");
    return inMargin || (!isCard && contentRightPx > measurePx + 2) ? "past-notes" : "beside-note";
  });
  for (const [position, block] of wide.entries()) {
    const verdict = verdicts[position];
    if (verdict) block.classList.add(verdict);
  }
}

/**
 * Puts a field of paper behind each label that has a stroke of paper around its letters: Chromium embeds the face of
 * stroked text as Type 3, which printers refuse.
 */
export function backLabels(): void {
  for (const label of document.querySelectorAll<SVGTextElement>("svg text")) {
    if (getComputedStyle(label).stroke === "none") continue;
    label.style.stroke = "none";
    const box = label.getBBox();
    const field = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const geometry = { x: box.x - 1.5, y: box.y + 1, width: box.width + 3, height: box.height - 2 };
    for (const [name, value] of Object.entries(geometry)) field.setAttribute(name, String(value));
    const transform = label.getAttribute("transform");
    if (transform) field.setAttribute("transform", transform);
    field.setAttribute("class", "fill-paper");
    label.before(field);
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
 * Sees to it that no page but a chapter's last is less than four fifths full. Each section is laid out by itself in columns
 * of the page's text area, which break exactly as pages do. Where an unbreakable block leaves a hole, it moves behind
 * the text that follows it, as a float would, or before the text of the same page, or is cut (a program; a long
 * table): whatever fills the page first. It stays within its section.
 */
export function mendHoles(input: { textHeightPx: number; fullEnough: number }): void {
  const { textHeightPx } = input;
  const holeMaxPx = (1 - input.fullEnough) * textHeightPx;
  const triesMax = 60;
  type Kind = "heading" | "subheading" | "text" | "float" | "card" | "program" | "other";
  type Fragment = { readonly page: number; readonly topPx: number; readonly bottomPx: number };
  type Block = {
    readonly element: HTMLElement;
    readonly kind: Kind;
    readonly first: Fragment;
    readonly last: Fragment;
    readonly heightPx: number;
    readonly announced: boolean;
  };

  const kindOf = (element: Element): Kind => {
    if (element.matches(".level-3")) return "subheading";
    if (element.matches("h1, h2, h3, h4, h5, h6, .kicker, .card-title, .facts")) return "heading";
    if (element.matches(".framework, .callout")) return "card";
    if (element.matches(".listing, .transcript, pre")) return "program";
    if (element.matches(".figure, .table, table")) return "float";
    if (element.matches("p, ul, ol, dl, math")) return "text";
    return "other";
  };
  const blocksOf = (section: HTMLElement): Block[] => {
    const origin = section.getBoundingClientRect();
    const pitchPx = origin.width + Number.parseFloat(getComputedStyle(section).columnGap);
    const fragments = (element: Element): Fragment[] =>
      [...element.getClientRects()].map((rect) => ({
        page: Math.floor((rect.left - origin.left + 1) / pitchPx),
        topPx: rect.top - origin.top,
        bottomPx: rect.bottom - origin.top,
      }));
    const blocks: Block[] = [];
    const walk = (parent: Element): void => {
      let before: Element | null = null;
      for (const child of parent.children) {
        if (child.matches(".note") || getComputedStyle(child).float !== "none") continue;
        const parts = fragments(child);
        const [first, last] = [parts[0], parts.at(-1)];
        if (child.matches("section:not(.framework), .hint")) walk(child);
        else if (first && last) {
          blocks.push({
            element: child as HTMLElement,
            kind: kindOf(child),
            first,
            last,
            heightPx: parts.reduce((sum, part) => sum + part.bottomPx - part.topPx, 0),
            announced: /:\s*$/.test(before?.textContent ?? ""),
          });
        }
        before = child;
      }
    };
    for (const body of section.querySelectorAll(":scope > .body")) walk(body);
    return blocks;
  };
  /** Space left at the end of a page. */
  const holeOn = (blocks: readonly Block[], page: number): number => {
    const ends = blocks.flatMap(({ first, last }) =>
      last.page === page
        ? [last.bottomPx]
        : first.page <= page && last.page > page
          ? [textHeightPx]
          : [],
    );
    return textHeightPx - Math.max(0, ...ends);
  };

  /** Each way is carried out and gives the way back. */
  type Way = () => () => void;
  const move =
    (block: HTMLElement, behind: HTMLElement): Way =>
    () => {
      const [parent, next] = [block.parentNode, block.nextSibling];
      behind.after(block);
      return () => parent?.insertBefore(block, next);
    };
  const cut =
    (block: HTMLElement): Way =>
    () => {
      // Places in the margin are measured on a listing in one piece.
      const callouts = block.querySelector(".callouts.in-margin");
      const styles = [...(callouts?.children ?? [])].map(
        (item) => item.getAttribute("style") ?? "",
      );
      block.classList.add("may-break");
      callouts?.classList.remove("in-margin");
      for (const item of callouts?.children ?? []) item.removeAttribute("style");
      return () => {
        block.classList.remove("may-break");
        callouts?.classList.add("in-margin");
        for (const [at, item] of [...(callouts?.children ?? [])].entries()) {
          item.setAttribute("style", styles[at] ?? "");
        }
      };
    };
  const both =
    (one: Way, two: Way): Way =>
    () => {
      const [backOne, backTwo] = [one(), two()];
      return () => {
        backTwo();
        backOne();
      };
    };
  const waysFor = (blocks: readonly Block[], at: number, page: number, holePx: number): Way[] => {
    const block = blocks[at];
    if (!block) return [];
    const ways: Way[] = [];
    const isFree = !(block.announced && block.kind === "program");
    let filledPx = 0;
    for (let next = at + 1; isFree && next < blocks.length && filledPx <= holePx; next++) {
      const other = blocks[next];
      // What is numbered keeps its order.
      if (!other || !/^(?:text|subheading|program)$/.test(other.kind)) break;
      if (other.kind === "program" && block.kind === "program") break;
      filledPx += other.heightPx;
      if (other.kind === "text" && filledPx > holePx / 2) {
        ways.push(move(block.element, other.element));
      }
      if (other.kind === "program") {
        // A program may come first, and be cut.
        ways.push(both(cut(other.element), move(block.element, other.element)));
        break;
      }
    }
    if (block.kind === "program") ways.push(cut(block.element));
    for (let before = at - 1; isFree && before > 0; before--) {
      const [passed, anchor] = [blocks[before], blocks[before - 1]];
      if (passed?.kind !== "text" || passed.announced || passed.first.page !== page || !anchor)
        break;
      ways.push(move(block.element, anchor.element));
    }
    if (block.heightPx > textHeightPx / 2 || holePx > textHeightPx / 2)
      ways.push(cut(block.element));
    return ways;
  };

  const flow = document.getElementById("flow");
  if (!flow) return;
  flow.classList.add("measuring");
  for (const section of flow.querySelectorAll<HTMLElement>(":scope > .section")) {
    if (!section.querySelector(":scope > .body:not(.index-columns)")) continue;
    section.classList.add("measured");
    const hopeless = new Set<Element>();
    let blocks = blocksOf(section);
    for (let tries = 0; tries < triesMax; tries++) {
      const start = blocks.findIndex((block, index) => {
        const before = blocks[index - 1];
        if (!before || block.first.page <= before.last.page || hopeless.has(block.element))
          return false;
        return textHeightPx - before.last.bottomPx > holeMaxPx;
      });
      const first = blocks[start];
      const before = blocks[start - 1];
      if (!first || !before) break;
      // Heads stay with what follows them; the block behind them is what did not fit.
      let at = start;
      while (/heading$/.test(blocks[at]?.kind ?? "")) at += 1;
      const page = before.last.page;
      const holePx = textHeightPx - before.last.bottomPx;
      const kind = blocks[at]?.kind ?? "other";
      const ways = /^(?:text|other)$/.test(kind) ? [] : waysFor(blocks, at, page, holePx);
      let mended = false;
      for (const way of ways) {
        const back = way();
        blocks = blocksOf(section);
        mended = holeOn(blocks, page) <= holeMaxPx;
        if (mended) break;
        back();
      }
      if (!mended) {
        blocks = blocksOf(section);
        hopeless.add(first.element);
      }
    }
    section.classList.remove("measured");
  }
  flow.classList.remove("measuring");

  // As in `markFollowingParagraphs`: a paragraph is indented if it follows a paragraph.
  const isPlain = (element: Element | null): boolean =>
    element?.tagName === "P" && /^(?:follows|lead)?$/.test(element.className);
  for (const paragraph of document.querySelectorAll<HTMLElement>(".body p")) {
    if (!isPlain(paragraph) || paragraph.className === "lead") continue;
    let before = paragraph.previousElementSibling;
    while (before?.classList.contains("note")) before = before.previousElementSibling;
    paragraph.className = isPlain(before) ? "follows" : "";
  }
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
