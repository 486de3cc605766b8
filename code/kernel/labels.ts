/** Where labels go: near what they name, and on nothing else. */

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};
export type Segment = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
};
type Obstacles = {
  readonly lines: readonly Segment[];
  readonly taken: readonly Box[];
};

/** About how large a text is: no font is at hand here to measure it. */
export function textBox(words: string, fontPx: number) {
  const narrow = words.match(/[iljtfrI1.,:;|' ()[\]]/g)?.length ?? 0;
  const wide = words.match(/[mwMW@—]/g)?.length ?? 0;
  const ems =
    (words.length - narrow - wide) * 0.52 + narrow * 0.28 + wide * 0.8;
  return { width: ems * fontPx, height: fontPx * 1.1 };
}

// #region label-along
/**
 * A box beside a line: over its middle if that is free, else further
 * along or below, and at the least bad place if no place is free.
 */
export function labelAlong(
  line: Segment,
  size: { readonly width: number; readonly height: number },
  obstacles: Obstacles & { readonly bounds: Box },
): Box {
  const { x1, y1, x2, y2 } = line;
  const slope = Math.abs(y2 - y1) / Math.max(1, Math.abs(x2 - x1));
  // So far the line climbs under half of the label's width, and so far
  // it runs sideways along half of its height.
  const rise = slope * (size.width / 2);
  const run = Math.min(size.height / 2 / Math.max(slope, 0.1), 20);
  const places = [0.5, 0.43, 0.57, 0.36, 0.64, 0.29, 0.71, 0.22, 0.78];
  const guesses = [0, 5].flatMap((further) =>
    places.flatMap((part) => {
      const x = x1 + (x2 - x1) * part - size.width / 2;
      const y = y1 + (y2 - y1) * part;
      const awayPx = rise + 1.5 + further;
      const over = { ...size, x, y: y - awayPx - size.height };
      const under = { ...size, x, y: y + awayPx };
      if (rise < 12) return [over, under];
      const level = y - size.height / 2;
      const asidePx = size.width / 2 + run + 3 + further;
      const right = { ...size, x: x + asidePx, y: level };
      const left = { ...size, x: x - asidePx, y: level };
      return [right, left];
    }),
  );
  return leastBad(guesses, obstacles, obstacles.bounds);
}
// #endregion label-along

/** A box moved up or down until nothing else is under it. */
export function shiftedDown(wished: Box, obstacles: Obstacles): Box {
  const shifts = [0, -4, 4, -8, 8, -12, 12, 16, 20, 24, 28];
  const guesses = shifts.map((shift) => ({
    ...wished,
    y: wished.y + shift,
  }));
  return leastBad(guesses, obstacles, null);
}

function leastBad(
  guesses: readonly Box[],
  { lines, taken }: Obstacles,
  bounds: Box | null,
): Box {
  const [first, ...others] = guesses;
  if (first === undefined) throw new Error("There is no place to try.");
  const badness = (box: Box) =>
    3 * taken.filter((other) => overlap(wider(box), other)).length +
    lines.filter((line) => crosses(line, box)).length +
    (bounds === null || contains(bounds, box) ? 0 : 5);
  let best = first;
  let least = badness(first);
  for (const guess of others) {
    if (least === 0) break;
    const bad = badness(guess);
    if (bad < least) {
      best = guess;
      least = bad;
    }
  }
  return best;
}

/** With a little air at both ends. */
function wider(box: Box): Box {
  return { ...box, x: box.x - 3, width: box.width + 6 };
}

export function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

// #region crosses
/** Does a line enter a box? (Liang and Barsky, TOG 1984.) */
export function crosses(line: Segment, box: Box): boolean {
  const dx = line.x2 - line.x1;
  const dy = line.y2 - line.y1;
  let enter = 0;
  let leave = 1;
  const sides = [
    [-dx, line.x1 - box.x],
    [dx, box.x + box.width - line.x1],
    [-dy, line.y1 - box.y],
    [dy, box.y + box.height - line.y1],
  ] as const;
  for (const [toward, room] of sides) {
    if (toward === 0) {
      if (room < 0) return false;
    } else if (toward < 0) enter = Math.max(enter, room / toward);
    else leave = Math.min(leave, room / toward);
  }
  return enter <= leave;
}
// #endregion crosses
