/**
 * What NTP's formula makes of a server whose clock is exactly right, when
 * the way there and the way back differ. Left one exchange, right the
 * error for every split of a 50 ms round trip.
 */
import { delay, exchange, offset } from "../code/clocks/ntp.ts";
import { arrow, circle, element, label, line, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const roundTripMs = 50;
const thereMs = 40;

export function draw(): string {
  return svg(456, 232, left(), right());
}

/** One exchange, 40 ms there and 10 ms back; 3 px a millisecond. */
function left(): string {
  const seen = exchange(0, thereMs, roundTripMs - thereMs);
  const y = (ms: number) => 44 + 3 * ms;
  const [client, server] = [44, 140];
  const middle = { "text-anchor": "middle" };
  return element(
    "g",
    {},
    label(client, 16, "client", { class: "label-strong", ...middle }),
    label(server, 16, "server", { class: "label-strong", ...middle }),
    line(client, 26, client, y(56), { class: "stroke-rule", "stroke-width": 1.4 }),
    line(server, 26, server, y(56), { class: "stroke-rule", "stroke-width": 1.4 }),
    arrow(client, y(seen.t1), server, y(seen.t2), "blue"),
    arrow(server, y(seen.t3), client, y(seen.t4), "blue"),
    label(client - 8, y(seen.t1) + 4, "t1", { "text-anchor": "end" }),
    label(server + 8, y(seen.t2) + 4, "t2 = t3"),
    label(client - 8, y(seen.t4) + 4, "t4", { "text-anchor": "end" }),
    label(92, y(18) - 8, "40 ms", { class: "label-quiet", "text-anchor": "start" }),
    label(92, y(48) + 8, "10 ms", { class: "label-quiet", "text-anchor": "start" }),
    label(24, y(56) + 16, `computed offset ${offset(seen)} ms`, { class: "label-strong" }),
  );
}

/** Error of the offset against the share of the way there. */
function right(): string {
  const x = (there: number) => 250 + 3.7 * there;
  const y = (error: number) => 112 - 3 * error;
  const ends = [0, roundTripMs].map((there) => {
    const seen = exchange(0, there, roundTripMs - there);
    return { there, error: offset(seen), bound: delay(seen) / 2 };
  });
  const [from, to] = [ends[0], ends[1]];
  if (!from || !to) return "";
  const chosen = offset(exchange(0, thereMs, roundTripMs - thereMs));
  const ticks = [-25, 0, 25].flatMap((ms) => [
    line(x(0), y(ms), x(50), y(ms), {
      class: ms === 0 ? "stroke-quiet" : "stroke-accent dashed",
      "stroke-width": 0.9,
    }),
    label(x(0) - 7, y(ms) + 4, ms > 0 ? `+${ms}` : `${ms}`.replace("-", "−"), {
      "text-anchor": "end",
    }),
  ]);
  const marks = [0, 25, 50].map((ms) =>
    label(x(ms), y(-25) + 18, String(ms), { "text-anchor": "middle" }),
  );
  return element(
    "g",
    {},
    label(x(0) - 24, 16, "error of the offset, ms", { class: "label-strong" }),
    ...ticks,
    ...marks,
    label(x(25), y(-25) + 34, "time on the way there, ms, of 50", { "text-anchor": "middle" }),
    line(x(from.there), y(from.error), x(to.there), y(to.error), {
      class: "stroke-blue",
      "stroke-width": 1.8,
    }),
    circle(x(thereMs), y(chosen), 4, { class: "fill-ink" }),
    label(x(thereMs) - 8, y(chosen) - 4, "40 there, 10 back", { "text-anchor": "end" }),
    label(x(1), y(25) - 6, "half of the round trip", { class: "label-quiet" }),
  );
}
