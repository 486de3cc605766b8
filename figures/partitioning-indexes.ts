/** Who is asked: a write and a read with a local and with a global index. */
import {
  catchUp,
  emptyGlobal,
  emptyLocal,
  readGlobal,
  readLocal,
  writeGlobal,
  writeLocal,
} from "../code/partitioning/indexes.ts";
import { label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const count = 8;
const old = { id: "car-7", color: "red" };
const painted = { id: "car-7", color: "green" };

export function draw(): string {
  const local = writeLocal(emptyLocal(count), old);
  const written = writeLocal(local, painted);
  const changedLocal = written.map((shard, at) => shard !== local[at]);
  const askedLocal = readLocal(written, "green").asked;
  const global = writeGlobal(emptyGlobal(count), old);
  const caughtUp = catchUpAll(global);
  const changedGlobal = catchUpAll(writeGlobal(caughtUp, painted)).index.map(
    (part, at) => JSON.stringify(part) !== JSON.stringify(caughtUp.index[at]),
  );
  const askedGlobal = readGlobal(caughtUp, "green").asked;
  const home = changedLocal.indexOf(true);
  const greenAt = changedGlobal.lastIndexOf(true);
  const one = (at: number) => Array.from({ length: count }, (_, n) => n === at);
  const all = Array.from({ length: count }, (_, n) => n < askedLocal);
  return svg(
    456,
    226,
    label(0, 14, "Local index: each partition indexes its own documents", {
      class: "label-strong",
    }),
    row(24, "write", changedLocal, "blue", "1 place, document and index together"),
    row(58, "read by color", all, "accent", `${askedLocal} places`),
    label(0, 116, "Global index: partitioned by color", { class: "label-strong" }),
    row(126, "write", one(home), "blue", "document: 1 place, now"),
    row(
      160,
      "",
      changedGlobal,
      "green",
      `index: ${changedGlobal.filter(Boolean).length} places, later`,
    ),
    row(
      194,
      "read by color",
      askedGlobal === 1 ? one(greenAt) : all,
      "accent",
      "1 place, perhaps old",
    ),
  );
}

type Store = ReturnType<typeof emptyGlobal>;

function catchUpAll(store: Store): Store {
  return store.pending.length === 0 ? store : catchUpAll(catchUp(store));
}

function row(
  top: number,
  what: string,
  hit: readonly boolean[],
  color: string,
  note: string,
): string {
  const boxes = hit.map((isHit, at) =>
    rect(82 + at * 22, top, 18, 24, {
      class: isHit ? `fill-${color} stroke-${color}` : "fill-none stroke-rule",
      "stroke-width": 1,
    }),
  );
  return label(0, top + 16, what) + boxes.join("") + label(266, top + 16, note);
}
