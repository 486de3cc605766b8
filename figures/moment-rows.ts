/** Space-time diagrams with one row a moment: which rows fit, the times beside them, lifelines, and messages that are still under way. */
import { arrow, label, line, lost } from "./draw.ts";

export type Rows<M> = {
  /** Moments that fit, up to the present one. */
  readonly shown: readonly M[];
  /** Where the row of a moment of `shown` is. */
  readonly y: (at: number) => number;
};

export type Frame = {
  readonly top: number;
  readonly bottom: number;
  readonly pitchMax: number;
  readonly rowsMax: number;
};

/** The first of the moments that are shown when `now` is the last. */
export function firstShown(count: number, now: number, rowsMax: number): number {
  return Math.max(0, Math.min(now - rowsMax + 2, count - rowsMax));
}

/** Even rows; they keep their places until there are more than fit. */
export function rowsOf<M>(
  moments: readonly M[],
  now: number,
  { top, bottom, pitchMax, rowsMax }: Frame,
): Rows<M> {
  const pitch = Math.min(pitchMax, (bottom - top) / Math.min(moments.length, rowsMax));
  return {
    shown: moments.slice(firstShown(moments.length, now, rowsMax), now + 1),
    y: (at) => top + 6 + at * pitch,
  };
}

/** Beside the first row of each time, where there is room. */
export function times({ shown, y }: Rows<{ readonly atMs: number }>, x: number): readonly string[] {
  let lastY = 0;
  return shown.flatMap(({ atMs }, at) => {
    const isSame = at > 0 && shown[at - 1]?.atMs === atMs;
    if (isSame || y(at) - lastY < 10.5) return [];
    lastY = y(at);
    const look = { class: "label-quiet", "text-anchor": "end" };
    return [label(x, y(at) + 3.7, `${Math.round(atMs)} ms`, look)];
  });
}

/** The line of a node from `top` to below the last row, dashed while it is down. */
export function lifeline(
  x: number,
  top: number,
  { shown, y }: Rows<unknown>,
  isDown: (at: number) => boolean,
): readonly string[] {
  const last = shown.length - 1;
  const parts: string[] = [];
  for (let from = 0; from <= last; ) {
    let to = from + 1;
    while (to <= last && isDown(to) === isDown(from)) to++;
    const look = isDown(from) ? "stroke-accent dashed" : "stroke-rule";
    const [upper, lower] = [from === 0 ? top : y(from), to > last ? y(last) + 6 : y(to)];
    parts.push(line(x, upper, x, lower, { class: look, "stroke-width": 1.4 }));
    from = to;
  }
  return parts;
}

export type Flight = {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** How much of its way it has gone: 1 where it has arrived. */
  readonly part: number;
  /** It finds nobody. */
  readonly isLost: boolean;
  readonly isNew: boolean;
  readonly tone?: string;
  /** Free space beside the line that it leaves and the one that it reaches. */
  readonly gap?: number;
};

/** A message as an arrow, and where its tip is. */
export function flight(message: Flight): {
  readonly drawn: string;
  readonly tip: readonly [number, number];
} {
  const { from, to, part, isLost, isNew, tone = "blue", gap = 5 } = message;
  const [fromX, fromY] = from;
  const side = Math.sign(to[0] - fromX) * gap;
  const tip = [fromX + part * (to[0] - side - fromX), fromY + part * (to[1] - fromY)] as const;
  const look = { "stroke-width": isNew ? 1.8 : 1.1 };
  const drawn = isLost
    ? lost(fromX + side, fromY, ...tip, look)
    : arrow(fromX + side, fromY, ...tip, tone, look);
  return { drawn, tip };
}
