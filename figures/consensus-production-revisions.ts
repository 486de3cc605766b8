/** Six writes to one node: what a watch that fires once shows, and what a stream shows. */
import { applyCommand, emptyTree, type Tree } from "../code/coordination/tree.ts";
import { circle, element, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 0;

const left = 92;
const cellPx = 45;
const path = "/config";

type Entry = { readonly client: string; readonly short: string; readonly request: object };

const entries: readonly Entry[] = [
  { client: "c1", short: "watch", request: { type: "get", path, watch: true } },
  { client: "c2", short: "v1", request: { type: "set", path, value: "v1" } },
  { client: "c2", short: "v2", request: { type: "set", path, value: "v2" } },
  { client: "c2", short: "v3", request: { type: "set", path, value: "v3" } },
  { client: "c1", short: "watch", request: { type: "get", path, watch: true } },
  { client: "c2", short: "v4", request: { type: "set", path, value: "v4" } },
  { client: "c2", short: "v5", request: { type: "set", path, value: "v5" } },
  { client: "c1", short: "watch", request: { type: "get", path, watch: true } },
];
const firstIndex = 11;

type Played = {
  readonly index: number;
  readonly entry: Entry;
  readonly fired: number;
  readonly read: string | null;
};

/** Each entry carried out by the program; what c1 is sent, and reads. */
function play(): readonly Played[] {
  const ask = (tree: Tree, index: number, client: string, request: object) => {
    const session = client === "c1" ? "s1" : "s2";
    const body = { type: "get", session, msg_id: index, ...request };
    return applyCommand(tree, index, { type: "request", client, request: body });
  };
  const opened = ["c1", "c2"].reduce(
    (tree, client, at) => ask(tree, at + 1, client, { type: "open", timeout_ms: 1000 })[0],
    emptyTree,
  );
  let [tree] = ask(opened, 3, "c2", { type: "create", path, value: "v0" });
  return entries.map((entry, at) => {
    const index = firstIndex + at;
    const before = tree.sessions.s1?.eventsFired ?? 0;
    const [next, reply] = ask(tree, index, entry.client, entry.request);
    tree = next;
    const fired = (tree.sessions.s1?.eventsFired ?? 0) - before;
    const read = entry.client === "c1" ? String(reply?.value) : null;
    return { index, entry, fired, read };
  });
}

export function draw(): string {
  const played = play();
  const x = (at: number) => left + at * cellPx;
  const middle = (at: number) => x(at) + cellPx / 2;
  const centered = { "text-anchor": "middle" };
  const armed = played.flatMap(({ entry }, at) => {
    if (entry.client !== "c1") return [];
    const until = played.findIndex(({ fired }, other) => other > at && fired > 0);
    return [{ from: at, until: until < 0 ? played.length - 0.5 : until }];
  });
  return svg(
    456,
    196,
    label(8, 32, "log index", { class: "label-quiet" }),
    label(8, 53, "entry", { class: "label-quiet" }),
    ...played.flatMap(({ index, entry }, at) => [
      label(middle(at), 32, String(index), centered),
      rect(x(at), 38, cellPx, 22, {
        class: entry.client === "c1" ? "fill-field stroke-ink" : "fill-paper stroke-ink",
        "stroke-width": 1,
      }),
      label(middle(at), 53, entry.short, { ...centered, class: "label-strong" }),
    ]),
    label(8, 92, "one-shot watch", { class: "label-strong" }),
    ...armed.map(({ from, until }) =>
      line(middle(from), 88, middle(until), 88, { class: "stroke-blue", "stroke-width": 3 }),
    ),
    ...played.flatMap(({ fired, read }, at) => [
      ...(fired > 0 ? [circle(middle(at), 88, 4.5, { class: "fill-accent" })] : []),
      ...(read === null
        ? []
        : [label(middle(at), 112, `reads ${read}`, { ...centered, class: "label-quiet" })]),
    ]),
    label(8, 146, "stream from 12", { class: "label-strong" }),
    line(middle(1), 142, middle(played.length - 1) + 12, 142, {
      class: "stroke-blue",
      "stroke-width": 3,
    }),
    ...played.flatMap(({ entry }, at) =>
      entry.client === "c2"
        ? [
            circle(middle(at), 142, 4.5, { class: "fill-accent" }),
            label(middle(at), 164, entry.short, { ...centered, class: "label-quiet" }),
          ]
        : [],
    ),
    element(
      "g",
      {},
      line(left, 184, left + 20, 184, { class: "stroke-blue", "stroke-width": 3 }),
      label(left + 26, 188, "the watch is set", { class: "label-quiet" }),
      circle(left + 140, 184, 4.5, { class: "fill-accent" }),
      label(left + 150, 188, "an event for the client", { class: "label-quiet" }),
    ),
  );
}
