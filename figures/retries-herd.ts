/** When a hundred clients that failed together come back, by policy. */
import { type Backoff, herd, peak } from "../code/retries/backoff.ts";
import { circle, label, plot, svg } from "./draw.ts";

export const program = "retries/herd";
export const seed = 7;

const range = { baseMs: 100, capMs: 1000 };
const panels: readonly [string, Backoff][] = [
  ["No backoff", { kind: "none" }],
  ["Capped exponential", { kind: "capped", ...range }],
  ["Full jitter", { kind: "full", ...range }],
  ["Decorrelated jitter", { kind: "decorrelated", ...range }],
];

export function draw(): string {
  const drawn = panels.map(([title, policy], index) => {
    const left = 28 + 232 * (index % 2);
    const top = 40 + 186 * Math.floor(index / 2);
    return panel(title, policy, left, top);
  });
  return svg(456, 368, ...drawn);
}

function panel(title: string, policy: Backoff, left: number, top: number): string {
  const rows = herd(policy, 100, 5, seed);
  const most = peak(rows.flat(), 10);
  const p = plot(
    left,
    top,
    184,
    108,
    { label: "time since the failure, s", min: -0.1, max: 4, ticks: [0, 1, 2, 3, 4] },
    {
      label: `client number; at most ${most} retries in 10 ms`,
      min: 0,
      max: 101,
      ticks: [1, 50, 100],
    },
  );
  const dots = rows.flatMap((timesMs, client) =>
    timesMs.map((timeMs) =>
      circle(p.x(timeMs / 1000), p.y(client + 1), 0.9, { class: "fill-accent" }),
    ),
  );
  return label(left, top - 22, title, { class: "label-strong" }) + p.frame + dots.join("");
}
