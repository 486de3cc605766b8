/**
 * The life of a key. Every answer that stands at an arrow is what
 * `claim`, `progress` and `forget` returned when this was drawn.
 */
import { claim, forget, type Keys, progress } from "../code/idempotency/keys.ts";
import { arrow, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const options = { lockMs: 80, keepMs: 1000 };
const middle = { "text-anchor": "middle" };
const y = 72;

export function draw(): string {
  const [held] = claim({}, "k", "f", 0, options);
  const paying = progress(held, "k", 1, "paying", null) ?? {};
  const done = progress(paying, "k", 1, "finished", 1) ?? {};
  const says = (keys: Keys, print: string, nowMs: number) =>
    claim(keys, "k", print, nowMs, options)[1].kind;
  const point = (keys: Keys) => keys.k?.recoveryPoint ?? "unknown";
  const gone = forget(done, 1001, options);
  const states = [
    [52, point({})],
    [178, point(held)],
    [286, point(paying)],
    [402, point(done)],
  ] as const;
  const boxes = states.flatMap(([x, name]) => [
    rect(x - 38, y - 14, 76, 28, {
      class: "fill-paper stroke-ink",
      "stroke-width": 1.3,
      rx: 5,
    }),
    label(x, y + 4, name, { class: "label-strong", ...middle }),
  ]);
  const ok = (text: string) => text;
  return svg(
    456,
    190,
    ...boxes,
    arrow(90, y, 139, y, "blue"),
    label(114, y - 8, `claim:`, middle),
    label(114, y + 15, ok(says({}, "f", 0)), { class: "fill-blue", ...middle }),
    arrow(216, y, 247, y, "blue"),
    arrow(324, y, 363, y, "blue"),
    label(343, y - 20, "pay, then", middle),
    label(343, y - 8, "store", middle),
    // Claims that find a key which somebody has begun.
    arrow(232, y + 16, 232, y + 44, "quiet"),
    label(232, y + 58, `lock holds: ${says(paying, "f", 79)}`, middle),
    label(232, y + 72, `lock over: ${says(paying, "f", 80)}, from where it stands`, middle),
    arrow(402, y + 16, 402, y + 44, "quiet"),
    label(402, y + 58, `claim: ${says(done, "f", 500)}`, middle),
    label(402, y + 72, "the stored answer", middle),
    label(286, y + 100, `another payload, at any of the three: ${says(held, "g", 9)}`, {
      class: "fill-accent",
      ...middle,
    }),
    // Forgetting closes the circle.
    arrow(402, y - 16, 402, 22, "quiet", { class: "stroke-quiet dashed" }),
    arrow(402, 22, 52, 22, "quiet", { class: "stroke-quiet dashed" }),
    arrow(52, 22, 52, y - 16, "quiet", { class: "stroke-quiet dashed" }),
    label(228, 16, `forgotten after its time: ${point(gone)} again`, middle),
  );
}
