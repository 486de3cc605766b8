/** Above, who asks whom and what each service has on its disk, one row a moment, with the saga log beside it; below, in true time, what could be seen. */
import type { Table } from "../../scripts/widget/contract.ts";
import { cross, label, line, plot, rect, ring, svg } from "../draw.ts";
import { flight, lifeline, type Rows, rowsOf, times } from "../moment-rows.ts";
import { broken, type Moment, type Run, type Service } from "./simulate.ts";

const [widthPx, heightPx] = [456, 424];
const top = 44;
const frame = { top, bottom: 292, pitchMax: 14, rowsMax: 24 };
const logX = 366;
/** How far a message under way is drawn: half way would be on the line of another node. */
const underWay = 0.4;

type Sheet = Rows<Moment> & { readonly x: (id: string) => number };

export function view(run: Run): string {
  const { saga, moments, now } = run;
  const ids = ["o1", ...saga.map(({ service }) => service)];
  const sheet: Sheet = {
    ...rowsOf(moments, now, frame),
    x: (id) => (id === "o1" ? 74 : 80 + 61 * ids.indexOf(id)),
  };
  return svg(
    widthPx,
    heightPx,
    ...heads(run, sheet),
    ...ids.flatMap((id) => lifeOf(id, sheet)),
    ...noReturn(sheet),
    ...times(sheet, 36),
    ...messages(sheet),
    ...sheet.shown.map((moment, at) => mark(moment, sheet, at)),
    ...clock(run),
    verdict(run),
  );
}

function heads({ saga, moments, now }: Run, { x }: Sheet): readonly string[] {
  const middle = { "text-anchor": "middle" };
  const shop = moments[now]?.after;
  return [
    label(x("o1"), 12, "orchestrator", { ...middle, class: "label-strong" }),
    label(x("o1"), 25, shop?.down.includes("o1") ? "down" : "", {
      ...middle,
      class: "fill-accent",
    }),
    label(logX, 12, "saga log", { class: "label-strong" }),
    ...saga.flatMap(({ service, kind }) => [
      label(x(service), 12, service, { ...middle, class: "label-strong" }),
      label(
        x(service),
        25,
        shop?.down.includes(service) ? "down" : kind === "pivot" ? "the pivot" : "",
        {
          ...middle,
          class: shop?.down.includes(service) ? "fill-accent" : "label-quiet",
        },
      ),
    ]),
  ];
}

/** The line of a node, dashed while it is down; on it a bar for as long as its work stands. */
function lifeOf(id: string, sheet: Sheet): readonly string[] {
  const { shown, y, x } = sheet;
  const end = y(shown.length - 1) + 6;
  const isDown = (at: number) => shown[at]?.after.down.includes(id) ?? false;
  const parts = lifeline(x(id), top - 8, sheet, isDown);
  const done = shown.findIndex(({ after }) => (after.services[id]?.fromMs ?? null) !== null);
  if (done < 0) return parts;
  const undone = shown.findIndex(({ after }) => (after.services[id]?.toMs ?? null) !== null);
  const until = undone < 0 ? end : y(undone);
  return [...parts, work(undone >= 0, x(id) - 3.5, y(done), 7, until - y(done))];
}

/** Filled while it stands; only an outline is left of what was taken back. */
function work(isBack: boolean, left: number, y: number, width: number, height: number): string {
  const look = isBack
    ? { class: "fill-paper stroke-accent", "stroke-width": 1.3 }
    : { class: "fill-blue" };
  return rect(left, y, Math.max(width, 1), height, look);
}

/** From the row of the pivot on. */
function noReturn({ shown, y, x }: Sheet): readonly string[] {
  const at = shown.findIndex(
    ({ kind, node, what }) => kind === "act" && node === "parcel" && what === "done",
  );
  if (at < 0) return [];
  return [
    line(x("o1") + 12, y(at), logX - 14, y(at), {
      class: "stroke-ink dashed",
      "stroke-width": 0.9,
    }),
    label(logX, y(at) + 3.7, "no way back", { class: "label-quiet" }),
  ];
}

/** A message that has not arrived yet has gone a part of its way. */
function messages(sheet: Sheet): readonly string[] {
  const { shown } = sheet;
  const arrived = new Map(shown.flatMap(({ ends }, at) => ends.map((id) => [id, at] as const)));
  return shown.flatMap((moment, at) =>
    moment.starts.map((id) => drawn(moment, at, arrived.get(id), sheet)),
  );
}

function drawn(moment: Moment, at: number, end: number | undefined, sheet: Sheet): string {
  const { shown, y, x } = sheet;
  const { node, to, step, what, kind } = moment;
  const last = shown.length - 1;
  const isLost = end !== undefined && shown[end]?.after.down.includes(to) === true;
  const isNew = at === last || end === last;
  const part = end === undefined ? underWay : 1;
  const tone = kind === "ask" && what === "undo" ? "ink" : "blue";
  const words = kind === "ask" ? (what === "undo" ? `undo ${step}` : step) : "";
  const name = words
    ? label(x(node) + 9, y(at) - 2, words, { class: isNew ? "label-strong halo" : "label halo" })
    : "";
  const way = flight({
    from: [x(node), y(at)],
    to: [x(to), y(end ?? at + 1)],
    part,
    isLost,
    isNew,
    tone,
  });
  return way.drawn + name;
}

/** What happens on one node: a write, a refusal, a death, a return. */
function mark(moment: Moment, { shown, x, y }: Sheet, at: number): string {
  const { kind, node, what, after } = moment;
  const isNow = at === shown.length - 1;
  const [cx, cy] = [x(node), y(at)];
  const beside = (text: string, tone = "") =>
    label(cx + 9, cy + 3.7, text, {
      class: `${isNow ? "label-strong halo" : "label halo"} ${tone}`,
    });
  const found = after.services[node];
  switch (kind) {
    case "log":
      return square(cx, cy) + entry(moment, cy, isNow);
    case "act":
      if (what === "failed") return beside("no", "fill-accent") + cross(cx, cy);
      if (what === "done") return beside("done") + square(cx, cy);
      return beside(found?.fromMs === null ? "noted" : "undone") + ring(cx, cy);
    case "answer":
      return what === "failed" && found?.known === "undone" ? beside("no", "fill-accent") : "";
    case "unheard":
      return node === "o1" ? "" : beside("silent", "fill-accent");
    case "crash":
      return beside("crash", "fill-accent") + cross(cx, cy);
    case "back":
      return beside("is back") + ring(cx, cy);
    default:
      return "";
  }
}

/** A line of the saga log, in the row in which it was written. */
function entry({ step, what }: Moment, y: number, isNow: boolean): string {
  const tone = ["failed", "unknown", "stuck"].includes(what) ? " fill-accent" : "";
  const look = { class: `${isNow ? "label-strong" : "label"}${tone}` };
  return label(logX, y + 3.7, step === "" ? what : `${step} ${what}`, look);
}

/** A write. */
function square(x: number, y: number): string {
  return rect(x - 4, y - 4, 8, 8, { class: "fill-ink" });
}

// --- True time -----------------------------------------------------------------------------------

function clock({ saga, moments, now }: Run): readonly string[] {
  const lastMs = moments.at(-1)?.atMs ?? 0;
  const max = [60, 80, 100, 160, 200, 240, 400, 800].find((ms) => ms >= lastMs) ?? 1000;
  const ticks = [0, 1, 2, 3, 4].map((nth) => (nth * max) / 4);
  const [left, upper, wide, high] = [64, 308, 240, 62];
  const xAxis = { label: "ms", min: 0, max, ticks };
  const yAxis = { label: "", min: 0, max: 4, ticks: [] };
  const { frame, x } = plot(left, upper, wide, high, xAxis, yAxis);
  const nowMs = moments[now]?.atMs ?? 0;
  const rows = saga.map(({ service, kind }, at) => {
    const y = upper + 3 + 15 * at;
    const found = moments[now]?.after.services[service];
    const { fromMs = null, toMs = null } = found ?? {};
    const bar =
      fromMs === null ? "" : work(toMs !== null, x(fromMs), y, x(toMs ?? nowMs) - x(fromMs), 10);
    const name = kind === "pivot" ? "label-strong" : "label";
    return (
      label(left - 8, y + 9, service, { "text-anchor": "end", class: name }) +
      bar +
      label(left + wide + 12, y + 9, seen(service, found), {
        class: toMs === null ? "label" : "fill-accent",
      })
    );
  });
  const present = line(x(nowMs), upper - 4, x(nowMs), upper + high, {
    class: "stroke-ink",
    "stroke-width": 1.2,
  });
  return [frame, ...rows, present];
}

const lasting: { readonly [service: string]: string } = {
  stock: "reserved",
  card: "charged",
  parcel: "sent",
  mail: "receipt sent",
};

function seen(service: string, found: Service | undefined): string {
  if (!found) return "";
  const { fromMs, toMs, known } = found;
  if (fromMs !== null && toMs !== null) return `seen for ${Math.round(toMs - fromMs)} ms, undone`;
  if (fromMs !== null) return lasting[service] ?? "done";
  if (known === "failed") return "said no";
  return known === "undone" ? "never done" : "nothing";
}

function verdict({ moments, now }: Run): string {
  const shop = moments[now]?.after;
  const flaws = shop ? broken(shop) : [];
  const words = flaws.length === 0 ? "holds now" : `not now: ${flaws.join("; ")}`;
  return (
    label(8, heightPx - 6, "Paid and reserved if and only if shipped: ", {}) +
    label(197, heightPx - 6, words, {
      class: flaws.length === 0 ? "label-strong" : "label-strong fill-accent",
    })
  );
}

export function table({ saga, moments, now }: Run): Table {
  const shop = moments[now]?.after;
  const log = shop?.log?.map(({ step, what }) => `${step} ${what}`).join(", ");
  const flaws = shop ? broken(shop) : [];
  return {
    head: ["What", "State"],
    rows: [
      ...saga.map(({ service, kind }) => [
        kind === "pivot" ? `${service} (the pivot)` : service,
        seen(service, shop?.services[service]) + (shop?.down.includes(service) ? ", down" : ""),
      ]),
      ["Saga log", log || (shop?.log ? "empty" : "none")],
      ["Orchestrator", shop?.down.includes("o1") ? "down" : "up"],
      [
        "Paid and reserved if and only if shipped",
        flaws.length === 0 ? "holds now" : `not now: ${flaws.join("; ")}`,
      ],
    ],
  };
}
