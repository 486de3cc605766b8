/** One call through the chain: who waits until when, and for whom does the back work? */
import { chain, type Policy, policies } from "../code/timeouts/chain.scenario.ts";
import { label, line, type Plot, plot, rect, svg } from "./draw.ts";

export const program = "timeouts";
export const seed = 7;

/** The first call after this second is followed. */
const fromMs = 15_000;
const rows = ["user", "front", "middle", "back"];

/** All in ms since the user sent the call. */
type Followed = {
  readonly arrivedMs: readonly number[];
  readonly goneMs: readonly number[];
  readonly begunMs: number;
  readonly doneMs: number;
};

export function draw(): string {
  const fixed = follow(policies["fixed timeouts"]);
  const deadline = follow(policies["deadlines, least time"]);
  return svg(
    456,
    330,
    label(4, 13, "Fixed timeouts of one second in each hop", { class: "label-strong" }),
    ...panel(26, fixed, 5500, [0, 1000, 2000, 3000, 4000, 5000]),
    label(4, 180, "A deadline, passed on, and the least time", { class: "label-strong" }),
    ...panel(193, deadline, 1300, [0, 200, 400, 600, 800, 1000, 1200]),
  );
}

/** From the trace: what the messages of one call were, and when. */
function follow(policy: Policy): Followed {
  const { sim } = chain(seed, policy, 130, 40, { keepTrace: true });
  const sends = sim.trace.flatMap((event) =>
    event.kind === "send" ? [{ atMs: event.atMs, ...event.message }] : [],
  );
  const first = (accepts: (send: (typeof sends)[number]) => boolean) => {
    const found = sends.find(accepts);
    if (found === undefined) throw new Error("no such message");
    return found;
  };
  const sent = first(({ atMs, src }) => atMs >= fromMs && src === "users");
  const toMiddle = first(
    ({ atMs, src, dest }) => atMs >= sent.atMs + 7 && src === "front" && dest === "middle",
  );
  const toBack = first(
    ({ atMs, src, dest }) => atMs >= toMiddle.atMs + 7 && src === "middle" && dest === "back",
  );
  const answer = (src: string, dest: string, id: unknown, afterMs: number) =>
    first(
      (send) =>
        send.atMs > afterMs && send.src === src && send.dest === dest && send.body.id === id,
    );
  const fromBack = answer("back", "middle", toBack.body.id, toBack.atMs);
  const fromMiddle = answer("middle", "front", toMiddle.body.id, toMiddle.atMs);
  const fromFront = answer("front", "users", sent.body.id, sent.atMs);
  const since = (atMs: number) => atMs - sent.atMs;
  const patience = Math.min(1000, since(fromFront.atMs) + 2);
  return {
    arrivedMs: [0, 2, since(toMiddle.atMs) + 2, since(toBack.atMs) + 2],
    goneMs: [patience, since(fromFront.atMs), since(fromMiddle.atMs), since(fromBack.atMs)],
    begunMs: since(fromBack.atMs) - 20,
    doneMs: since(fromBack.atMs),
  };
}

function panel(
  top: number,
  call: Followed,
  maxMs: number,
  ticks: readonly number[],
): readonly string[] {
  const time = { label: "ms since the user sent the call", min: 0, max: maxMs, ticks };
  const p = plot(44, top, 400, 100, time, { label: "", min: 0, max: 4, ticks: [] });
  const left = call.goneMs[0] ?? 0;
  return [
    p.frame,
    line(p.x(left), top, p.x(left), top + 100, { class: "stroke-ink dashed", "stroke-width": 1 }),
    ...rows.flatMap((name, row) => {
      const y = top + 6 + 24 * row;
      return [label(4, y + 11, name), ...bar(p, y, call, row)];
    }),
    ...notes(p, top, call),
  ];
}

/** Hollow: waits for the hop below, or in the queue. Filled: the work at the back. */
function bar(
  p: Plot,
  y: number,
  { arrivedMs, goneMs, begunMs }: Followed,
  row: number,
): readonly string[] {
  const from = p.x(arrivedMs[row] ?? 0);
  const isBack = row === rows.length - 1;
  const until = p.x(isBack ? begunMs : (goneMs[row] ?? 0));
  const wait = {
    class: `fill-field ${isBack ? "stroke-blue dashed" : "stroke-ink"}`,
    "stroke-width": 0.8,
  };
  const waiting = rect(from, y, until - from, 15, wait);
  if (!isBack) return [waiting];
  return [
    waiting,
    rect(until, y, Math.max(4, p.x(begunMs + 20) - until), 15, { class: "fill-accent" }),
  ];
}

function notes(p: Plot, top: number, { goneMs, begunMs, doneMs }: Followed): readonly string[] {
  const strong = { class: "label-strong halo" };
  if (begunMs > 1000)
    return [
      label(p.x(1000) + 6, top + 17, "the user leaves"),
      label(p.x(goneMs[1] ?? 0) + 6, top + 41, "failed: too late even to be heard"),
      label(p.x(begunMs) - 6, top + 65, `work begins after ${begunMs.toLocaleString("en-US")} ms`, {
        ...strong,
        "text-anchor": "end",
      }),
      label(p.x(begunMs) - 6, top + 89, "in the queue", {
        "text-anchor": "end",
        class: "label-quiet halo",
      }),
    ];
  const told = [1000, 996, 987, 978].map((ms, row) =>
    label(p.x(20), top + 17 + 24 * row, row === 0 ? "waits up to 1,000 ms" : `was told ${ms} ms`, {
      class: "halo",
    }),
  );
  return [
    ...told,
    label(p.x(begunMs) - 6, top + 89, `begun at ${begunMs}, done at ${doneMs} ms`, {
      ...strong,
      "text-anchor": "end",
    }),
    label(p.x(goneMs[0] ?? 0) + 8, top + 17, "answered in time"),
  ];
}
