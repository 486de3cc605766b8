/** How the examples of this folder tell a run. */
import { formatTrace, type TraceKind } from "../kernel/trace.ts";
import type { Outcome } from "./cluster.scenario.ts";

const kinds: readonly TraceKind[] = [
  "deliver",
  "persist",
  "crash",
  "restart",
  "partition",
  "heal",
];

/** What arrived, what was logged and what broke, until then. */
export function told({ sim }: Outcome, toMs: number): string {
  const trace = sim.trace.filter(
    (event) =>
      !(
        event.kind === "deliver" && event.message.body.type === "work"
      ) && !(event.kind === "persist" && event.key === "started"),
  );
  return formatTrace(trace, { kinds, toMs, widthColumns: 72 });
}

/** One line a participant: where it stands, how long it held locks. */
export function standing({ watched }: Outcome): string {
  return watched
    .map(({ id, phase, heldMs, isUp }) => {
      const up = isUp ? "" : " (down)";
      const held = `locks held in doubt ${heldMs.toFixed(0)} ms`;
      return `${id}  ${`${phase}${up}`.padEnd(17)} ${held}`;
    })
    .join("\n");
}
