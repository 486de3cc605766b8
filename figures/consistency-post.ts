/** Ana's post and her looks: a late replica makes it come and go. */
import { visit } from "../code/consistency/post.scenario.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";

export const program = "consistency/post";
export const seed = 7;

export function draw(): string {
  const { sim } = visit("consistent-prefix", seed);
  return drawSpaceTime(sim.trace, {
    nodes: ["ana", "n1", "n2", "n3"],
    fromMs: -20,
    toMs: 1050,
    heightPx: 330,
    label: words,
    show: isShown,
    nodeLabel: (id) => names[id] ?? id,
  });
}

const names: { readonly [id: string]: string } = {
  ana: "Ana",
  n1: "n1, primary",
  n2: "n2",
  n3: "n3, late",
};

/** An answer tells what its question was: the way there stays silent. */
function words(event: TraceEvent): string | null | undefined {
  if (event.kind !== "send") return null;
  const { body } = event.message;
  if (body.type === "updates") return "post";
  if (body.type === "write_ok") return "ok";
  if (body.type === "write") return "";
  if (body.type === "read_ok") return body.value === "post" ? "there" : "gone";
  return "";
}

/** Each replica tells all others; once is enough for the picture. */
function isShown(event: TraceEvent): boolean {
  if (event.kind !== "send") return true;
  const { src, body } = event.message;
  return body.type !== "seen" && body.type !== "read" && (body.type !== "updates" || src === "n1");
}
