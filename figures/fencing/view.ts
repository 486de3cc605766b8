/** The run as a space-time diagram, time downward, one row a moment. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, label, line, rect, svg } from "../draw.ts";
import type { Fencing, Moment } from "./simulate.ts";

const ids = ["w1", "l1", "s1", "w2"];
const heads = ["worker w1", "lock service", "store", "worker w2"];
const [widthPx, heightPx] = [456, 340];
const [top, bottom] = [40, 326];

export function view({ moments, now, leases, store }: Fencing): string {
  const shown = moments.slice(0, now + 1);
  const row = (at: number) =>
    top + 14 + (at / Math.max(moments.length - 1, 1)) * (bottom - top - 24);
  return svg(
    widthPx,
    heightPx,
    ...ids.flatMap((id, at) => [
      label(x(id), 14, heads[at] ?? "", { class: "label-strong", "text-anchor": "middle" }),
      line(x(id), top - 8, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
    ]),
    label(x("s1"), 27, `value ${store.value}, highest ${store.highest}`, {
      class: "label-quiet",
      "text-anchor": "middle",
    }),
    ...leases.flatMap(({ token, untilMs }) => leaseBar(token, untilMs, shown, row)),
    ...pauseBar(shown, row),
    ...shown.map((moment, at) => drawn(moment, row(at), at === now)),
  );
}

function x(id: string): number {
  return 58 + 113 * ids.indexOf(id);
}

/** From the grant of a token to the last moment shown that its lease covers. */
function leaseBar(
  token: number,
  untilMs: number,
  shown: readonly Moment[],
  row: (at: number) => number,
): readonly string[] {
  const granted = shown.findIndex((moment) => moment.kind === "grant" && moment.token === token);
  if (granted < 0) return [];
  const last = shown.findLastIndex(({ atMs }) => atMs < untilMs);
  const isOver = last < shown.length - 1;
  const place = row(granted);
  const bar = rect(x("l1") - 4, place, 8, Math.max(row(last) - place, 4), {
    class: token % 2 === 1 ? "fill-blue" : "fill-green",
    "fill-opacity": 0.5,
  });
  const over = label(x("l1") + 9, row(last) + 4, `${Math.round(untilMs)} ms: over`, {
    class: "label-quiet halo",
  });
  return isOver ? [bar, over] : [bar];
}

function pauseBar(shown: readonly Moment[], row: (at: number) => number): readonly string[] {
  const from = shown.findIndex(({ kind }) => kind === "pause");
  if (from < 0) return [];
  const woken = shown.findIndex(({ kind }) => kind === "resume");
  const to = woken < 0 ? shown.length - 1 : woken;
  const height = Math.max(row(to) - row(from), 6);
  return [rect(x("w1") - 6, row(from), 12, height, { class: "fill-quiet" })];
}

function drawn({ from, to, words, kind }: Moment, y: number, isNow: boolean): string {
  const tone =
    kind === "refusal" ? "accent" : kind === "write" ? (isNow ? "accent" : "green") : "quiet";
  const strong = isNow ? "label-strong halo" : "label halo";
  if (from === to)
    return (
      label(x(from) + 11, y + 4, words, { class: strong }) +
      circle(x(from), y, 3.4, { class: "fill-ink" })
    );
  const isLeft = from === "w1" || to === "w1";
  const [one, other] = isLeft && (from === "s1" || to === "s1") ? ["l1", "s1"] : [from, to];
  const middle = (x(one) + x(other)) / 2;
  return (
    arrow(x(from), y - 5, x(to), y + 5, tone, { "stroke-width": isNow ? 1.8 : 1.1 }) +
    label(middle, y - 7, words, { class: strong, "text-anchor": "middle" })
  );
}

export function table({ moments, now, leases, store }: Fencing): Table {
  const atMs = moments[now]?.atMs ?? 0;
  const granted = moments.slice(0, now + 1).filter(({ kind }) => kind === "grant");
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${Math.round(atMs)} ms`],
      ...granted.map(({ to, token }) => {
        const untilMs = leases.find((lease) => lease.token === token)?.untilMs ?? 0;
        const state = atMs < untilMs ? "runs" : "is over";
        return [`Lease of ${to}, token ${token}`, `${state}, until ${Math.round(untilMs)} ms`];
      }),
      ["Value in the store", store.value],
      ["Highest token seen by the store", store.highest],
      ["Tokens of the writes, in their order", store.tokens.join(", ") || "none"],
    ],
  };
}
