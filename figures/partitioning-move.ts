/** A partition is handed over while two clients use it. */
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import { moveUnderLoad } from "../code/partitioning/move.scenario.ts";
import type { MoveState } from "../code/partitioning/move.ts";

export const program = "partitioning/move";
export const seed = 10;

const nodes = ["c3", "n1", "n2", "c2"];

export function draw(): string {
  const { trace } = moveUnderLoad(seed);
  return drawSpaceTime(trace, {
    nodes,
    fromMs: 50,
    toMs: 82,
    heightPx: 380,
    show: isTold,
    label: words,
    nodeLabel: (node) => ({ n1: "n1, owner", n2: "n2, guest" })[node] ?? node,
  });
}

/** Writes of c3, reads of c2, and what the two nodes tell each other. */
function isTold(event: TraceEvent): boolean {
  if (event.kind === "persist") return words(event) !== null;
  if (event.kind !== "send") return false;
  const { src, dest } = event.message;
  return nodes.includes(src) && nodes.includes(dest) && event.atMs > 50 && event.atMs < 79;
}

const roles: { readonly [role: string]: string } = {
  "n1 moving": "moving",
  "n1 frozen": "frozen",
  "n1 gone": "gone",
  "n2 owner": "owner",
};

function words(event: TraceEvent): string | null {
  if (event.kind === "persist") {
    const { role } = event.value as unknown as MoveState;
    return isFirst(event.node, role, event.atMs) ? (roles[`${event.node} ${role}`] ?? null) : null;
  }
  if (event.kind !== "send") return null;
  const { type, key, value, code, items, isLast, count } = event.message.body;
  if (type === "items")
    return `${(items as readonly unknown[]).length} items${isLast ? ", the last" : ""}`;
  if (type === "taken") return `taken ${count}`;
  if (type === "error") return `error ${code}`;
  if (type === "write") return `write ${key}=${value}`;
  if (type === "read") return `read ${key}`;
  return value === undefined ? type : `${type} ${value}`;
}

/** When each of these roles began in this run. */
function isFirst(node: string, role: string, atMs: number): boolean {
  const begins = { "n1 moving": 55, "n1 frozen": 65, "n1 gone": 75, "n2 owner": 70 };
  return begins[`${node} ${role}` as keyof typeof begins] === atMs;
}
