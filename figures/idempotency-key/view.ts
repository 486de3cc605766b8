/** Above, the chosen run; below, a square for each line at which somebody can die, one row a guard, with what became of the charge. */
import type { Verdict } from "../../code/idempotency/payment.scenario.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, cross, label, line, rect, ring, svg } from "../draw.ts";
import { flight, lifeline, type Rows, rowsOf, times } from "../moment-rows.ts";
import { type Books, type Charging, guards, type Moment } from "./simulate.ts";

const ids = ["c1", "w1", "w2", "s1", "v1"];
const heads = ["client", "server w1", "server w2", "database", "provider"];
const [widthPx, heightPx] = [456, 424];
const top = 50;
const frame = { top, bottom: 276, pitchMax: 14, rowsMax: 24 };
/** How far a message under way is drawn: half way would be on the line of another node. */
const underWay = 0.4;

type Sheet = Rows<Moment>;

export function view(charging: Charging): string {
  const { moments, now } = charging;
  const sheet = rowsOf(moments, now, frame);
  const books = moments[now]?.after;
  return svg(
    widthPx,
    heightPx,
    ...ids.flatMap((id, at) => head(id, heads[at] ?? "", books)),
    ...ids.flatMap((id) => lifeline(x(id), top - 6, sheet, isDownIn(id, sheet))),
    ...times(sheet, 36),
    ...messages(sheet),
    ...sheet.shown.map((moment, at) => mark(moment, sheet, at)),
    ...squares(charging),
    ...legend(),
  );
}

function x(id: string): number {
  return 64 + 82 * ids.indexOf(id);
}

function head(id: string, name: string, books: Books | undefined): readonly string[] {
  const middle = { "text-anchor": "middle" };
  const isDown = books?.down.includes(id) ?? false;
  const state = isDown ? "down" : books ? knows(id, books) : "";
  const isBad = isDown || (id === "v1" && (books?.charged ?? 0) > 1) || state === "ask a human";
  return [
    label(x(id), 12, name, { ...middle, class: "label-strong" }),
    label(x(id), 26, state, { ...middle, class: isBad ? "label-strong fill-accent" : "label" }),
    label(x(id), 39, id === "s1" && books ? `orders: ${books.orders}` : "", {
      ...middle,
      class: "label-quiet",
    }),
  ];
}

function knows(id: string, { charged, points, outcome }: Books): string {
  if (id === "c1") return outcome;
  const last = points.at(-1) ?? "key unknown";
  if (id === "s1") return points.length > 1 ? `${points.length} keys, ${last}` : last;
  return id === "v1" ? `charged ${charged} ×` : "";
}

function isDownIn(id: string, { shown }: Sheet): (at: number) => boolean {
  return (at) => shown[at]?.after.down.includes(id) ?? false;
}

/** A message that has not arrived yet has gone a part of its way. */
function messages({ shown, y }: Sheet): readonly string[] {
  const last = shown.length - 1;
  const arrived = new Map(
    shown.flatMap(({ end }, at) => (end === null ? [] : [[end, at] as const])),
  );
  return shown.flatMap((moment, at) => {
    const { start, node, to } = moment;
    if (start === null) return [];
    const end = arrived.get(start);
    const isLost = end !== undefined && shown[end]?.kind === "drop";
    const part = end === undefined ? underWay : 1;
    const isNew = at === last || end === last;
    const { drawn } = flight({
      from: [x(node), y(at)],
      to: [x(to), y(end ?? at + 1)],
      part,
      isLost,
      isNew,
    });
    return [drawn + name(moment, y(at), isNew)];
  });
}

/** Beside the sender, on the side from which nothing has just come: what is asked, and what the client is told. */
function name({ node, to, said, heard }: Moment, y: number, isNew: boolean): string {
  const isBack = to === "c1";
  const words = isBack ? answer(said) : question(said);
  if (words === "" || node === "s1" || node === "v1") return "";
  const isLeft = node !== "c1" && heard?.type !== "charge";
  const lower = isLeft && !isBack ? 3.7 : -2;
  return label(x(node) + (isLeft ? -9 : 9), y + lower, words, {
    class: isNew ? "label-strong halo" : "label halo",
    "text-anchor": isLeft ? "end" : "start",
  });
}

function question(said: Moment["said"]): string {
  if (said?.type !== "progress") return said?.type ?? "";
  return said.recoveryPoint === "finished" ? "paid" : "will pay";
}

function answer(said: Moment["said"]): string {
  if (said?.text === "IN_PROGRESS") return "later";
  if (said?.text === "ASK_A_HUMAN") return "a human";
  const { payment } = (said?.response ?? {}) as { readonly payment?: number };
  return `payment ${payment ?? ""}`;
}

/** What happens on one node: a write of the database, a charge, a death, a return. */
function mark(moment: Moment, { shown, y }: Sheet, at: number): string {
  const { kind, node, after, hasWritten } = moment;
  const before = shown[at - 1]?.after;
  const weight = at === shown.length - 1 ? "label-strong halo" : "label halo";
  const [cx, cy] = [x(node), y(at)];
  const beside = (text: string, tone = "") =>
    label(cx + 9, cy + 3.7, text, { class: `${weight} ${tone}` });
  if (kind === "crash") return beside("dies", "fill-accent") + cross(cx, cy);
  if (kind === "back") return back(node, cx, cy, weight);
  if (kind !== "hear") return "";
  if (node === "v1") {
    const isNew = after.charged > (before?.charged ?? 0);
    if (!isNew) return beside("no charge");
    const tone = after.charged > 1 ? "fill-accent" : "fill-green";
    return beside(`charge ${after.charged}`, tone) + circle(cx, cy, 4.5, { class: tone });
  }
  if (node !== "s1" || !hasWritten) return "";
  const isSame = before?.points.join() === after.points.join();
  const words = isSame ? "" : (after.points.at(-1) ?? "");
  return beside(words) + rect(cx - 4, cy - 4, 8, 8, { class: isSame ? "fill-quiet" : "fill-ink" });
}

/** That of w1 stands lower and to the left, out of the way of the client’s next question. */
function back(node: string, cx: number, cy: number, weight: string): string {
  const isLeft = node === "w1";
  const look = { class: weight, "text-anchor": isLeft ? "end" : "start" };
  return label(cx + (isLeft ? -7 : 9), cy + (isLeft ? 10 : 3.7), "is back", look) + ring(cx, cy);
}

// --- All lines, all guards -----------------------------------------------------------------------

const rowNames = [
  "new key each time",
  "one key, ask again",
  "one key, park",
  "provider knows keys",
];
const [gridX, gridY, cellPx, rowPx, gapPx] = [124, 306, 14, 22, 6];
const groups = ["w1", "s1", "v1"];
const groupNames = ["server w1 dies", "database dies", "provider"];

function cellX(node: string, at: number): number {
  return gridX + at * cellPx + groups.indexOf(node) * gapPx;
}

function squares({ grid, row, column }: Charging): readonly string[] {
  const names = groups.flatMap((node, nth) => {
    const own = grid.points.flatMap((point, at) => (point.node === node ? [at] : []));
    const [from, to] = [cellX(node, own[0] ?? 0), cellX(node, own.at(-1) ?? 0) + cellPx - 2];
    return [
      label((from + to) / 2, gridY - 10, groupNames[nth] ?? "", { "text-anchor": "middle" }),
      line(from, gridY - 5, to, gridY - 5, { class: "stroke-rule", "stroke-width": 1 }),
    ];
  });
  const rows = grid.verdicts.flatMap((verdicts, nth) => [
    label(gridX - 9, gridY + nth * rowPx + 12.5, rowNames[nth] ?? "", {
      "text-anchor": "end",
      class: nth === row ? "label-strong" : "label",
    }),
    ...verdicts.map((verdict, at) =>
      cell(cellX(grid.points[at]?.node ?? "", at), gridY + nth * rowPx, verdict),
    ),
  ]);
  const chosen = grid.points[column];
  if (!chosen) return [...names, ...rows];
  const [left, upper] = [cellX(chosen.node, column) - 2.5, gridY + row * rowPx - 2.5];
  const frame = { class: "fill-none stroke-ink", "stroke-width": 2 };
  return [...names, ...rows, rect(left, upper, cellPx + 3, 22, frame)];
}

function cell(
  left: number,
  y: number,
  { charged, outcome }: Pick<Verdict, "charged" | "outcome">,
): string {
  const box = (look: string) => rect(left, y, cellPx - 2, 17, { class: look, "stroke-width": 1 });
  const sign = (text: string, look: string) =>
    label(left + (cellPx - 2) / 2, y + 12.5, text, { class: look, "text-anchor": "middle" });
  if (outcome === "ASK_A_HUMAN") return box("fill-paper stroke-ink") + sign(`${charged}`, "label");
  if (charged > 1) return box("fill-accent stroke-accent") + sign("2", "label-strong fill-paper");
  return box("fill-field stroke-rule");
}

function legend(): readonly string[] {
  const y = gridY + 4 * rowPx + 14;
  const kinds = [
    [{ charged: 1, outcome: null }, "once"],
    [{ charged: 2, outcome: null }, "twice"],
    [{ charged: 0, outcome: "ASK_A_HUMAN" }, "unsure, not charged"],
    [{ charged: 1, outcome: "ASK_A_HUMAN" }, "unsure, charged"],
  ] as const;
  return kinds.map(([verdict, text], nth) => {
    const left = gridX + ([0, 54, 110, 234][nth] ?? 0);
    return cell(left, y - 13, verdict) + label(left + 18, y, text);
  });
}

export function table({ moments, now, row, column, grid }: Charging): Table {
  const books = moments[now]?.after;
  const dead = grid.points[column];
  const verdicts = grid.verdicts[row] ?? [];
  const twice = verdicts.filter(({ charged }) => charged > 1).length;
  const unsure = verdicts.filter(({ outcome }) => outcome === "ASK_A_HUMAN").length;
  return {
    head: ["What", "State"],
    rows: [
      ["Guard", rowNames[row] ?? guards[row] ?? ""],
      [
        "Dies",
        dead
          ? `${dead.node}, step ${dead.step + 1}, after ${dead.effect} of its effects`
          : "nobody",
      ],
      ["Charged", `${books?.charged ?? 0} ×`],
      ["Key", books?.points.join(", ") || "unknown"],
      ["Orders in the database", books?.orders ?? 0],
      ["The client", books?.outcome ?? "waits"],
      ["Down", books?.down.join(", ") || "nobody"],
      ["Of 22 lines with this guard", `${twice} twice, ${unsure} left to a human`],
    ],
  };
}
