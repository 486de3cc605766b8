/**
 * Where pages end and where blocks that float go: a search over whole chapters, for what a careful compositor would do by
 * hand. Works on heights alone; `print-layout.ts` measures them and carries the plan out. Pure.
 *
 *   planPages(blocks, options): Plan
 */

/** A place where a block may go on overleaf. */
export type Cut = {
  /** Height of the block up to here. */
  readonly atPx: number;
  /** Height of what stands overleaf. */
  readonly restPx: number;
  /** How bad a break here is, from 0. */
  readonly penalty: number;
  /** Lines of a program before the cut. */
  readonly line: number;
};

export type BlockKind =
  | "heading"
  | "subheading"
  | "text"
  | "listing"
  | "transcript"
  | "figure"
  | "table"
  | "card"
  | "other";

export type MeasuredBlock = {
  readonly kind: BlockKind;
  /** Number of the element that it stands in: a block never leaves it. */
  readonly parent: number;
  readonly heightPx: number;
  readonly marginTopPx: number;
  readonly marginBottomPx: number;
  /** From the block before it, in the author's order. */
  readonly gapPx: number;
  /** Whether the text before it ends with a colon. */
  readonly announced: boolean;
  readonly mayMove: boolean;
  /** In their order down the block. */
  readonly cuts: readonly Cut[];
  /** The lowest edge of its margin notes, from its upper edge. */
  readonly noteBottomPx: number;
};

/** A block, or a piece of it from one cut to another; -1 stands for its beginning, null for its end. */
export type Piece = {
  readonly block: number;
  readonly from: number;
  readonly to: number | null;
};

export type Plan = {
  readonly pages: readonly (readonly Piece[])[];
  /** Blocks that do not stand where the author put them. */
  readonly moved: readonly number[];
  readonly cost: number;
};

export type PlanOptions = {
  readonly pageHeightPx: number;
  /** Where the first block begins on the first page. */
  readonly startPx: number;
  /** What a layout has shown: "3 5" is the space between 3 and 5, "top 5" the one above 5 where it begins a page. */
  readonly gapsPx: ReadonlyMap<string, number>;
};

/** What is weighed: a page that is a fifth empty costs 10, and everything else is told in that measure. */
const price = {
  /** A page below four fifths, and one below seven tenths. */
  hole: 40,
  gap: 120,
  /** Before a transcript a page may be emptier. */
  holeBeforeTranscript: 5,
  passed: 1.5,
  passedPage: 6,
  early: 4,
  announced: 15,
  besideTranscript: 12,
  noteCut: 5,
  forcedBreak: 0.5,
  shortEnd: 8,
  tooTall: 200,
};
const deferredMax = 2;
const earlyMax = 3;
/** States kept after each page. */
const beamWidth = 48;
/** What a page's worth of text that already stands is worth when unfinished plans are compared. */
const headStart = 3;

type State = {
  /** First block of the author's order that does not stand yet. */
  readonly next: number;
  readonly deferred: readonly { readonly block: number; readonly passedPx: number }[];
  /** Blocks after `next` that stand already. */
  readonly early: readonly number[];
  readonly rest: { readonly block: number; readonly cut: number } | null;
  readonly last: number;
};
type Filled = {
  readonly state: State;
  readonly pieces: readonly Piece[];
  readonly moved: readonly number[];
  readonly usedPx: number;
  readonly cost: number;
};
type Node = {
  readonly state: State;
  readonly cost: number;
  readonly standingPx: number;
  readonly filled: Filled | null;
  readonly before: Node | null;
};

export function planPages(blocks: readonly MeasuredBlock[], options: PlanOptions): Plan {
  const { pageHeightPx } = options;
  if (blocks.length === 0) return { pages: [], moved: [], cost: 0 };
  const start: State = { next: 0, deferred: [], early: [], rest: null, last: -1 };
  let front: Node[] = [{ state: start, cost: 0, standingPx: 0, filled: null, before: null }];
  let best: Node | null = null;
  for (let page = 0; front.length > 0; page++) {
    const reached = new Map<string, Node>();
    for (const node of front) {
      if (best && node.cost >= best.cost) continue;
      const startPx = page === 0 ? options.startPx : 0;
      for (const filled of fillPage(blocks, options, node.state, startPx)) {
        const cost = node.cost + filled.cost;
        const standingPx = node.standingPx + filled.usedPx;
        const next: Node = { state: filled.state, cost, standingPx, filled, before: node };
        if (isDone(filled.state, blocks)) {
          if (!best || cost < best.cost) best = next;
          continue;
        }
        const key = keyOf(filled.state);
        const known = reached.get(key);
        if (!known || cost < known.cost) reached.set(key, next);
      }
    }
    const value = (node: Node): number => node.cost - (headStart * node.standingPx) / pageHeightPx;
    front = [...reached.values()].sort((a, b) => value(a) - value(b)).slice(0, beamWidth);
  }
  if (!best) throw new Error("No way was found to fill the pages of a section.");
  const pages: (readonly Piece[])[] = [];
  const moved: number[] = [];
  for (let node: Node | null = best; node?.filled; node = node.before) {
    pages.unshift(node.filled.pieces);
    moved.unshift(...node.filled.moved);
  }
  return { pages, moved, cost: best.cost };
}

function isDone(state: State, blocks: readonly MeasuredBlock[]): boolean {
  return state.next >= blocks.length && state.deferred.length === 0 && !state.rest;
}

function keyOf(state: State): string {
  const rest = state.rest ? `${state.rest.block}/${state.rest.cut}` : "";
  const deferred = state.deferred.map(({ block }) => block).join(" ");
  return `${state.next}|${deferred}|${state.early.join(" ")}|${rest}`;
}

/** What may stand out of its order, and past which the others count. */
function isFloat(block: MeasuredBlock): boolean {
  return /^(?:listing|figure|table|card)$/.test(block.kind);
}

/** All ways to fill one page that are worth following. */
function fillPage(
  blocks: readonly MeasuredBlock[],
  { pageHeightPx, gapsPx }: PlanOptions,
  from: State,
  startPx: number,
): Filled[] {
  const found = new Map<string, Filled>();
  const seen = new Map<string, number>();

  const gapBefore = (last: number, next: number): number => {
    const [before, after] = [blocks[last], blocks[next]];
    if (!before || !after) return 0;
    const known = gapsPx.get(`${last} ${next}`);
    if (known !== undefined) return known;
    return next === last + 1 ? after.gapPx : Math.max(before.marginBottomPx, after.marginTopPx);
  };
  const topGap = (index: number, cutBefore: number): number =>
    cutBefore < 0 && startPx === 0 ? (gapsPx.get(`top ${index}`) ?? 0) : 0;
  const close = (filled: Filled): void => {
    const key = keyOf(filled.state);
    const known = found.get(key);
    if (!known || filled.cost < known.cost) found.set(key, filled);
  };
  /** What it costs to end the page here. */
  const holePrice = (usedPx: number, next: number): number => {
    const hole = 1 - usedPx / pageHeightPx;
    const slope = hole < 0.04 ? 0 : ((hole - 0.04) / 0.16) ** 2 * 10;
    if (hole <= 0.18) return slope;
    if (hole > 0.3) return slope + price.gap;
    return blocks[next]?.kind === "transcript"
      ? slope + price.holeBeforeTranscript
      : slope + price.hole;
  };

  const go = (at: Filled, isTop: boolean): void => {
    const { state, usedPx, cost } = at;
    const seenKey = `${keyOf(state)}|${Math.round(usedPx)}|${isTop}`;
    if ((seen.get(seenKey) ?? Number.POSITIVE_INFINITY) <= cost) return;
    seen.set(seenKey, cost);
    if (isDone(state, blocks)) {
      const isStub = usedPx < 0.12 * pageHeightPx;
      close({ ...at, cost: cost + (isStub ? price.shortEnd : 0) });
      return;
    }

    /** Puts a block onto what stands, or as much of it as there is room for; tells whether it stands whole. */
    const put = (base: Filled, index: number, cutBefore: number, after: State): boolean => {
      const block = blocks[index];
      if (!block) return false;
      const topPx = base.usedPx + (isTop ? topGap(index, cutBefore) : gapBefore(state.last, index));
      const roomPx = pageHeightPx - topPx + 0.01;
      const begunPx = cutBefore < 0 ? 0 : block.heightPx - (block.cuts[cutBefore]?.restPx ?? 0);
      const notePrice = cutBefore < 0 && block.noteBottomPx > roomPx ? price.noteCut : 0;
      const place = (to: number | null, heightPx: number, more: number): Filled => ({
        ...base,
        state: to === null ? after : { ...after, rest: { block: index, cut: to } },
        pieces: [...base.pieces, { block: index, from: cutBefore, to }],
        usedPx: topPx + heightPx,
        cost: base.cost + notePrice + more,
      });
      if (block.heightPx - begunPx <= roomPx) {
        go(place(null, block.heightPx - begunPx, 0), false);
        return true;
      }
      let isCut = false;
      for (let to = block.cuts.length - 1; to > cutBefore; to--) {
        const cut = block.cuts[to];
        if (!cut || cut.atPx - begunPx > roomPx) continue;
        isCut = true;
        const page = place(to, cut.atPx - begunPx, cut.penalty);
        close({ ...page, cost: page.cost + holePrice(page.usedPx, index) });
        // Text goes on to the last line that fits; a program is cut where the plan says.
        if (!/^(?:listing|transcript)$/.test(block.kind)) break;
      }
      if (!isCut && isTop) close(place(null, pageHeightPx - topPx, price.tooTall));
      return false;
    };

    if (state.rest) {
      put(at, state.rest.block, state.rest.cut, { ...state, rest: null });
      return;
    }

    const lastBlock = blocks[state.last];
    const behindHead = !isTop && lastBlock !== undefined && /heading$/.test(lastBlock.kind);
    const [late] = state.deferred;
    const lateBlock = late ? blocks[late.block] : undefined;
    const next = blocks[state.next];
    if (late && lateBlock && !behindHead && lastBlock?.parent === lateBlock.parent) {
      const beside =
        lastBlock.kind === "transcript" || next?.kind === "transcript" ? price.besideTranscript : 0;
      const far = (late.passedPx / pageHeightPx) * price.passedPage;
      const deferred = state.deferred.slice(1);
      const base = { ...at, cost: cost + far + beside, moved: [...at.moved, late.block] };
      put(base, late.block, -1, { ...state, deferred, last: late.block });
    }

    if (next) {
      const isBarrier =
        late !== undefined && (next.kind === "heading" || next.parent !== lateBlock?.parent);
      const isOrdered =
        !isFloat(next) || state.deferred.every(({ block }) => blocks[block]?.kind !== next.kind);
      let following = state.next + 1;
      const early = [...state.early];
      while (early.includes(following)) following += 1;
      const after: State = {
        ...state,
        next: following,
        early: early.filter((block) => block > following),
        last: state.next,
        deferred: state.deferred.map(({ block, passedPx }) => ({
          block,
          passedPx: passedPx + next.heightPx,
        })),
      };
      const passing = { ...at, cost: cost + state.deferred.length * price.passed };
      const stands = !isBarrier && isOrdered && put(passing, state.next, -1, after);
      if (
        !stands &&
        isFloat(next) &&
        next.mayMove &&
        !isBarrier &&
        lastBlock?.parent === next.parent &&
        state.deferred.length < deferredMax
      ) {
        const deferred = [...state.deferred, { block: state.next, passedPx: 0 }];
        const waiting = { ...after, last: state.last, deferred };
        const paid = cost + price.passed + (next.announced ? price.announced : 0);
        go({ ...at, cost: paid, state: waiting }, isTop);
      }
      // A float may come before the text that it belongs to, if that is what fills the page.
      if (next.kind === "text" && !behindHead && !isTop && !late) {
        let passedPx = 0;
        for (let ahead = state.next; ahead <= state.next + earlyMax; ahead++) {
          const other = blocks[ahead];
          if (!other || other.parent !== next.parent || state.early.includes(ahead)) break;
          if (other.kind === "text") {
            passedPx += other.heightPx;
            continue;
          }
          if (!isFloat(other) || !other.mayMove || other.announced) break;
          const gap = gapBefore(state.last, ahead);
          if (other.heightPx > pageHeightPx - usedPx - gap) break;
          if (lastBlock?.parent !== other.parent || lastBlock.kind === "transcript") break;
          const extra =
            price.early * (ahead - state.next) + (passedPx / pageHeightPx) * price.passedPage;
          const base = { ...at, cost: cost + extra, moved: [...at.moved, ahead] };
          put(base, ahead, -1, { ...state, early: [...state.early, ahead], last: ahead });
          break;
        }
      }
    }

    if (!isTop && !behindHead && (usedPx > pageHeightPx / 2 || found.size === 0)) {
      const opener = late && next?.kind === "heading" ? late.block : state.next;
      close({ ...at, cost: cost + holePrice(usedPx, opener) + price.forcedBreak });
    }
  };

  const empty: Filled = { state: from, pieces: [], moved: [], usedPx: startPx, cost: 0 };
  go(empty, true);
  if (found.size === 0) close(overfull(blocks, empty));
  return [...found.values()];
}

/** Where nothing fits: what waits, or the next block with the heads before it, on a page of its own. */
function overfull(blocks: readonly MeasuredBlock[], empty: Filled): Filled {
  const { state } = empty;
  const stand = (block: number, from = -1): Piece => ({ block, from, to: null });
  const late = state.deferred.map(({ block }) => block);
  const cost = price.tooTall;
  if (state.rest) {
    const pieces = [stand(state.rest.block, state.rest.cut)];
    return { ...empty, state: { ...state, rest: null }, pieces, cost };
  }
  if (late.length > 0) {
    const pieces = late.map((block) => stand(block));
    const last = late.at(-1) ?? state.last;
    return { ...empty, state: { ...state, deferred: [], last }, pieces, moved: late, cost };
  }
  const pieces: Piece[] = [];
  let next = state.next;
  for (let isHead = true; isHead && next < blocks.length; next++) {
    if (state.early.includes(next)) continue;
    pieces.push(stand(next));
    isHead = /heading$/.test(blocks[next]?.kind ?? "");
  }
  const early = state.early.filter((block) => block >= next);
  return { ...empty, state: { ...state, next, early, last: next - 1 }, pieces, cost };
}
