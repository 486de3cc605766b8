/** Hits and refusals, second by second, when ten caches become eleven. */
import { resizeUnder } from "../code/placement/resize.scenario.ts";
import type { Second } from "../code/placement/resize.ts";
import { schemes } from "../code/placement/schemes.ts";
import { label, line, type Plot, plot, polyline, svg } from "./draw.ts";

export const program = "placement/resize";
export const seed = 7;

const seconds = 40;
const still = { hit: 0, miss: 0, refused: 0 };

export function draw(): string {
  const [modulo, , ring] = schemes;
  if (modulo === undefined || ring === undefined) return svg(456, 10);
  const p = plot(
    44,
    26,
    300,
    180,
    { label: "seconds", min: 0, max: seconds, ticks: [0, 5, 10, 20, 30, 40] },
    { label: "requests a second", min: 0, max: 1080, ticks: [0, 200, 400, 600, 800, 1000] },
  );
  const once = resizeUnder(modulo, seed, seconds);
  const slow = resizeUnder(modulo, seed, seconds, 30_000);
  const circle = resizeUnder(ring, seed, seconds);
  const hits = ({ hit }: Second) => hit;
  return svg(
    456,
    242,
    p.frame,
    line(p.x(5), 26, p.x(5), 206, { class: "stroke-quiet dashed", "stroke-width": 0.8 }),
    curve(p, once, ({ refused }) => refused, "stroke-ink dashed"),
    curve(p, slow, hits, "stroke-green"),
    curve(p, circle, hits, "stroke-blue"),
    curve(p, once, hits, "stroke-accent"),
    ...names(p, 1000, ["hits: ring,", "at once"], "stroke-blue"),
    ...names(p, 780, ["hits: modulo,", "over 30 s"], "stroke-green"),
    ...names(p, 560, ["hits: modulo,", "at once"], "stroke-accent"),
    ...names(p, 260, ["refused: modulo,", "at once"], "stroke-ink dashed"),
  );
}

/** The second n is drawn at n + 1/2. */
function curve(p: Plot, run: readonly Second[], of: (second: Second) => number, tone: string) {
  const places = Array.from(
    { length: seconds },
    (_, n) => [p.x(n + 0.5), p.y(of(run[n] ?? still))] as const,
  );
  return polyline(places, { class: tone, "stroke-width": 1.7 });
}

function names(p: Plot, at: number, texts: readonly string[], tone: string): readonly string[] {
  const y = p.y(at);
  return [
    line(350, y, 364, y, { class: tone, "stroke-width": 1.7 }),
    ...texts.map((text, n) => label(369, y + 4 + n * 13, text)),
  ];
}
