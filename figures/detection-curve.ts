/** How many of a thousand know a rumor, round by round: push, pull and both, twenty runs each. */
import { type SpreadOptions, spread } from "../code/gossip/rumor.ts";
import { stream } from "../code/kernel/random.ts";
import { label, plot, polyline, svg } from "./draw.ts";

export const program = "gossip";
export const seed = 7;

const nodes = 1000;
const modes = [
  { mode: "push-pull", tone: "green" },
  { mode: "pull", tone: "blue" },
  { mode: "push", tone: "accent" },
] as const;

export function draw(): string {
  const { frame, x, y } = plot(
    40,
    26,
    400,
    190,
    { label: "round", min: 0, max: 24, ticks: [0, 4, 8, 12, 16, 20, 24] },
    { label: "nodes that know, of 1,000", min: 0, max: 1000, ticks: [0, 250, 500, 750, 1000] },
  );
  const curves = modes.flatMap(({ mode, tone }) =>
    Array.from({ length: 20 }, (_, nth) => {
      const options: SpreadOptions = {
        nodes,
        mode,
        fanOut: 1,
        messageLossProbability: 0,
        dice: stream(seed, nth),
      };
      const counts = spread(options, 99);
      return polyline(
        counts.map((count, round) => [x(Math.min(round, 24)), y(count)]),
        { class: `stroke-${tone}`, "stroke-width": nth === 0 ? 2 : 0.5 },
      );
    }),
  );
  const strong = { class: "label-strong halo" };
  return svg(
    456,
    250,
    frame,
    ...curves,
    label(x(4.2), y(640), "push-pull", { ...strong, "text-anchor": "end" }),
    label(x(14.6), y(890), "push", strong),
    label(x(13.2), y(420), "pull", strong),
  );
}
