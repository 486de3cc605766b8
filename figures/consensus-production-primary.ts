/** Whose /primary each server holds, over time: two ways to end a session. */
import { endByOwnClock } from "../code/coordination/broken.ts";
import { servers, service } from "../code/coordination/cluster.scenario.ts";
import { type Takeover, takeover } from "../code/coordination/own-clock.scenario.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = "coordination/own-clock";
export const seed = 2;

const [fromMs, toMs] = [1350, 2650];
const [left, right] = [44, 446];
const rowPx = 26;
const tones: { readonly [client: string]: string } = { c1: "blue", c2: "accent", c3: "green" };

const x = (ms: number) => left + ((ms - fromMs) / (toMs - fromMs)) * (right - left);

export function draw(): string {
  const own = takeover(endByOwnClock(service), seed);
  const logged = takeover(service, seed);
  const ticks = [1400, 1600, 1800, 2000, 2200, 2400, 2600];
  const bottom = 278;
  return svg(
    456,
    308,
    panel(own, 20, "each server ends the session by its own clock"),
    panel(logged, 160, "the end of the session is an entry of the log"),
    ...ticks.flatMap((ms) => [
      line(x(ms), bottom - 4, x(ms), bottom, { class: "stroke-ink", "stroke-width": 1 }),
      label(x(ms), bottom + 12, String(ms), { "text-anchor": "middle" }),
    ]),
    line(left, bottom - 4, right, bottom - 4, { class: "stroke-ink", "stroke-width": 1 }),
    line(left, bottom + 23, left + 20, bottom + 23, { class: "stroke-ink", "stroke-width": 2.4 }),
    label(left + 26, bottom + 26, "stands still", { class: "label-quiet" }),
    label(right, bottom + 26, "time, ms", { "text-anchor": "end", class: "label-quiet" }),
  );
}

function panel(run: Takeover, top: number, title: string): string {
  const y = (server: string) => top + 8 + servers.indexOf(server) * rowPx;
  const foot = top + 8 + servers.length * rowPx;
  const marks = [
    { ms: run.diedMs, text: "c1 dies" },
    ...run.told
      .filter(({ atMs }) => atMs > fromMs)
      .map(({ by, atMs }) => ({ ms: atMs, text: `${by} is told` })),
  ];
  return element(
    "g",
    {},
    label(left, top, title, { class: "label-strong" }),
    ...servers.flatMap((server) => [
      label(left - 8, y(server) + 15, server, { "text-anchor": "end" }),
      ...bars(run, server, y(server)),
    ]),
    ...marks.flatMap(({ ms, text }) => [
      line(x(ms), top + 6, x(ms), foot + 6, { class: "stroke-quiet dashed", "stroke-width": 0.9 }),
      label(x(ms), foot + 17, text, { "text-anchor": "middle", class: "label-quiet" }),
    ]),
  );
}

/** One bar for each stretch of time in which the node is one client's. */
function bars(run: Takeover, server: string, top: number): readonly string[] {
  const isDown = server === run.oldLeader;
  const endMs = isDown ? run.crashedMs : toMs;
  const views = run.views.filter((view) => view.server === server);
  const drawn = views.flatMap(({ atMs, primary }, at) => {
    const untilMs = Math.min(views[at + 1]?.atMs ?? endMs, endMs);
    const startMs = Math.max(atMs, fromMs);
    if (primary === null || untilMs <= startMs) return [];
    const widthPx = x(untilMs) - x(startMs);
    const place = [x(startMs), top + 3, widthPx, rowPx - 8] as const;
    const middle = x(startMs) + widthPx / 2;
    const name = { "text-anchor": "middle", class: "label-strong" };
    return [
      rect(...place, { class: "fill-paper" }),
      rect(...place, { class: `fill-${tones[primary]}`, "fill-opacity": 0.22 }),
      rect(...place, { class: `fill-none stroke-${tones[primary]}`, "stroke-width": 1.2 }),
      ...(widthPx > 14 ? [label(middle, top + 15.5, primary, name)] : []),
    ];
  });
  const gone = isDown
    ? [
        label(x(run.crashedMs) + 6, top + 15.5, "crashed", { class: "label-quiet" }),
        line(x(run.crashedMs), top + 1, x(run.crashedMs), top + rowPx - 3, {
          class: "stroke-ink",
          "stroke-width": 2,
        }),
      ]
    : [];
  const still =
    server === run.laggard
      ? [
          line(x(1400), top + rowPx - 3, x(1650), top + rowPx - 3, {
            class: "stroke-ink",
            "stroke-width": 2.4,
          }),
        ]
      : [];
  return [...drawn, ...gone, ...still];
}
