/** The run as a space-time diagram, time downward, one row a moment. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, label, line, rect, svg } from "../draw.ts";
import type { Fencing, Lease, Moment } from "./simulate.ts";

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
    ...leases.flatMap((lease) => leaseBar(lease, shown, row)),
    ...pauseBar(shown, row),
    ...shown.map((moment, at) => drawn(moment, row(at), at === now)),
  );
}

function x(id: string): number {
  return 58 + 113 * ids.indexOf(id);
}

/** From the grant of a token to the last moment shown that its lease covers. */
function leaseBar(
  { token, untilMs, isReleased }: Lease,
  shown: readonly Moment[],
  row: (at: number) => number,
): readonly string[] {
  const granted = shown.findIndex((moment) => moment.kind === "grant" && moment.token === token);
  if (granted < 0) return [];
  const last = shown.findLastIndex(({ atMs }) => atMs < untilMs);
  const isOver = last < shown.length - 1;
  const place = row(granted);
  // The words stand clear of an arrow that crosses the line of the lock service in that row.
  const end = row(last) + (isOver && crosses(shown[last]) ? 12 : 0);
  const bar = rect(x("l1") - 4, place, 8, Math.max(end - place, 4), {
    class: token % 2 === 1 ? "fill-blue" : "fill-green",
    "fill-opacity": 0.5,
  });
  const words = `${Math.round(untilMs)} ms: ${isReleased ? "given back" : "over"}`;
  const over = label(x("l1") + 9, end + 4, words, {
    class: "label-quiet halo",
  });
  return isOver ? [bar, over] : [bar];
}

function crosses(moment: Moment | undefined): boolean {
  const ends = [moment?.from, moment?.to];
  return ends.includes("w1") && ends.includes("s1");
}

function pauseBar(shown: readonly Moment[], row: (at: number) => number): readonly string[] {
  const from = shown.findIndex(({ kind }) => kind === "pause");
  if (from < 0) return [];
  const woken = shown.findIndex(({ kind }) => kind === "resume");
  const to = woken < 0 ? shown.length - 1 : woken;
  const height = Math.max(row(to) - row(from), 6);
  return [rect(x("w1") - 6, row(from), 12, height, { class: "fill-quiet" })];
}

function drawn(moment: Moment, y: number, isNow: boolean): string {
  const { from, to, words, kind } = moment;
  const tone = kind === "refusal" ? "accent" : kind === "write" ? "green" : "quiet";
  const strong = isNow ? "label-strong halo" : "label halo";
  if (from === to)
    return (
      label(x(from) + 11, y + 4, words, { class: strong }) +
      circle(x(from), y, 3.4, { class: "fill-ink" })
    );
  const [one, other] = crosses(moment) ? ["l1", "s1"] : [from, to];
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
        const lease = leases.find((one) => one.token === token);
        return [`Lease of ${to}, token ${token}`, lease ? leaseWords(lease, atMs) : ""];
      }),
      ["Value in the store", store.value],
      ["Highest token seen by the store", store.highest],
      ["Tokens of the writes, in their order", store.tokens.join(", ") || "none"],
    ],
  };
}

function leaseWords({ untilMs, isReleased }: Lease, atMs: number): string {
  const end = Math.round(untilMs);
  if (atMs < untilMs) return isReleased ? "runs" : `runs, until ${end} ms`;
  return isReleased ? `given back at ${end} ms` : `over since ${end} ms`;
}
