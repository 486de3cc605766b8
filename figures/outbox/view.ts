/** The run, one row a moment; a bar stands where a disk remembers that something is still to be done, or what was done. */
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, cross, label, line, rect, ring, svg } from "../draw.ts";
import { flight, type Rows, rowsOf, times } from "../moment-rows.ts";
import { type Announcing, type Disks, type Moment, nodeNames, verdict } from "./simulate.ts";

const ids = ["c1", "s1", "q1", "i1"];
const [widthPx, heightPx] = [456, 352];
const top = 50;
const frame = { top, bottom: 312, pitchMax: 17, rowsMax: 24 };

type Sheet = Rows<Moment>;

export function view({ moments, now }: Announcing): string {
  const sheet = rowsOf(moments, now, frame);
  const disks = moments[now]?.after;
  return svg(
    widthPx,
    heightPx,
    ...ids.flatMap((id) => head(id, disks)),
    ...ids.flatMap((id) => lifeline(id, sheet)),
    ...times(sheet, 40),
    ...messages(sheet),
    ...sheet.shown.map((moment, at) => mark(moment, sheet, at)),
    ...(disks ? counts(disks, now === moments.length - 1) : []),
  );
}

function x(id: string): number {
  return 78 + 104 * ids.indexOf(id);
}

function head(id: string, disks: Disks | undefined): readonly string[] {
  const middle = { "text-anchor": "middle" };
  const isDown = disks?.down.includes(id) ?? false;
  return [
    label(x(id), 12, nodeNames[id] ?? "", { ...middle, class: "label-strong" }),
    label(x(id), 26, disks ? holds(id, disks) : "", { ...middle, class: "label" }),
    label(x(id), 39, isDown ? "down" : "", { ...middle, class: "fill-accent" }),
  ];
}

function holds(id: string, { orders, outbox, waiting, parcels }: Disks): string {
  if (id === "s1") return `orders ${orders}, outbox ${outbox}`;
  if (id === "q1") return `messages ${waiting}`;
  return id === "i1" ? `parcels ${parcels}` : "";
}

/** Dashed while it is down; a bar while its disk has something to send, or has a parcel. */
function lifeline(id: string, { shown, y }: Sheet): readonly string[] {
  const last = shown.length - 1;
  return shown.flatMap(({ after }, at) => {
    const [upper, lower] = [at === 0 ? top - 6 : y(at), at === last ? y(at) + 7 : y(at + 1)];
    const look = after.down.includes(id) ? "stroke-accent dashed" : "stroke-rule";
    const thread = line(x(id), upper, x(id), lower, { class: look, "stroke-width": 1.4 });
    const count = id === "s1" ? after.outbox : id === "q1" ? after.waiting : 0;
    const bar = { class: "fill-blue", "fill-opacity": after.down.includes(id) ? 0.2 : 0.4 };
    return count > 0 ? [thread, rect(x(id) - 4, y(at), 8, lower - y(at), bar)] : [thread];
  });
}

const wordOf: { readonly [type: string]: string } = {
  published: "ack",
  handled: "ack",
};

/** A message that has not arrived yet has gone a part of its way. */
function messages({ shown, y }: Sheet): readonly string[] {
  const last = shown.length - 1;
  const arrived = new Map(
    shown.flatMap(({ end }, at) => (end === null ? [] : [[end, at] as const])),
  );
  return shown.flatMap(({ start, node, to, word }, at) => {
    if (start === null) return [];
    const end = arrived.get(start);
    const isLost = end !== undefined && shown[end]?.kind === "drop";
    const part = end === undefined ? 0.5 : 1;
    const isNew = at === last || end === last;
    const { drawn, tip } = flight({
      from: [x(node), y(at)],
      to: [x(to), y(end ?? at + 1)],
      part,
      isLost,
      isNew,
      gap: 6,
    });
    const [middleX, middleY] = [(x(node) + tip[0]) / 2, (y(at) + tip[1]) / 2];
    const name = label(middleX, middleY - 3, wordOf[word] ?? word, {
      class: isNew ? "label-strong halo" : "label halo",
      "text-anchor": "middle",
    });
    return [drawn + (part < 1 ? "" : name)];
  });
}

/** A write, a parcel, a death, a return. */
function mark({ kind, node, word, after, end }: Moment, { shown, y }: Sheet, at: number): string {
  const before = shown[at - 1]?.after;
  const weight = at === shown.length - 1 ? "label-strong halo" : "label halo";
  const [cx, cy] = [x(node), y(at)];
  const beside = (text: string, tone = "") =>
    label(cx + 10, cy + 3.7, text, { class: `${weight} ${tone}` });
  if (kind === "crash") return beside("dies", "fill-accent") + cross(cx, cy);
  if (kind === "back") return beside("is back") + ring(cx, cy);
  if (kind === "say" && node === "i1" && end !== null) return beside("id known");
  if (kind !== "write") return "";
  if (node === "i1") {
    const isNew = after.parcels > (before?.parcels ?? 0);
    const tone = after.parcels > 1 ? "fill-accent" : "fill-green";
    return (
      beside(`parcel ${after.parcels}`, tone) + (isNew ? circle(cx, cy, 4.5, { class: tone }) : "")
    );
  }
  const words = node === "s1" && word === "order" ? "stored" : "";
  return beside(words) + rect(cx - 4, cy - 4, 8, 8, { class: "fill-ink" });
}

function counts(disks: Disks, isOver: boolean): readonly string[] {
  const y = heightPx - 12;
  const isBad =
    disks.parcels > 1 || disks.parcels > disks.orders || (isOver && disks.parcels < disks.orders);
  const orders = Array.from({ length: disks.orders }, (_, at) =>
    rect(54 + 14 * at, y - 9, 9, 9, { class: "fill-ink" }),
  );
  const parcels = Array.from({ length: Math.min(disks.parcels, 6) }, (_, at) =>
    circle(168 + 14 * at, y - 4, 5, { class: disks.parcels > 1 ? "fill-accent" : "fill-green" }),
  );
  return [
    label(8, y, "orders", {}),
    ...orders,
    label(116, y, "parcels", {}),
    ...parcels,
    label(448, y, verdict(disks, isOver), {
      "text-anchor": "end",
      class: `label-strong${isBad ? " fill-accent" : ""}`,
    }),
  ];
}

export function table({ moments, now }: Announcing): Table {
  const disks = moments[now]?.after;
  const isDown = (id: string) => (disks?.down.includes(id) ? "down" : "up");
  return {
    head: ["Node", "State", "On its disk"],
    rows: [
      ...["s1", "q1", "i1"].map((id) => [
        nodeNames[id] ?? id,
        isDown(id),
        disks ? holds(id, disks) : "",
      ]),
      ["Together", "", disks ? verdict(disks, now === moments.length - 1) : ""],
    ],
  };
}
