/** The Effectively-Once Triangle, with what is left without each side. */
import { type Side, sides, tally } from "../code/idempotency/triangle.scenario.ts";
import { label, line, svg } from "./draw.ts";

export const program = "idempotency/triangle";
export const seed = 7;

const [leftX, rightX, topX, topY, bottomY] = [128, 328, 228, 26, 166];

export function draw(): string {
  const at = (name: string): Side => {
    const found = sides.find((side) => side.name === name);
    if (found === undefined) throw new Error(`no side ${name}`);
    return found;
  };
  const count = (name: string) => tally(seed, at(name));
  const all = count("all three");
  const replay = count("no replay");
  const dedup = count("no dedup");
  const effect = count("not atomic, effect first");
  const record = count("not atomic, record first");
  const edge = { class: "stroke-ink", "stroke-width": 1.6 };
  const middle = { "text-anchor": "middle" };
  const strong = { class: "label-strong" };
  const end = { "text-anchor": "end" };
  return svg(
    456,
    226,
    line(leftX, bottomY, topX, topY, edge),
    line(rightX, bottomY, topX, topY, edge),
    line(leftX, bottomY, rightX, bottomY, edge),
    label(topX, 112, "once", { ...strong, ...middle }),
    label(topX, 126, `${all.once} of ${all.runs} runs`, middle),
    label(164, 76, "REPLAY", { ...strong, ...end }),
    label(164, 90, "somebody asks again", end),
    label(150, 106, `without: never, in ${replay.never} of ${replay.runs}`, {
      class: "fill-accent",
      ...end,
    }),
    label(292, 76, "DEDUP", strong),
    label(292, 90, "somebody remembers", {}),
    label(306, 106, `without: twice, in ${dedup.twice} of ${dedup.runs}`, {
      class: "fill-accent",
    }),
    label(topX, bottomY + 17, "ATOMIC", { ...strong, ...middle }),
    label(topX, bottomY + 31, "effect and memory are one step", middle),
    label(
      topX,
      bottomY + 47,
      `without: twice in ${effect.twice} of ${effect.runs} (effect first), never in ${record.never} of ${record.runs} (record first)`,
      { class: "fill-accent", ...middle },
    ),
  );
}
