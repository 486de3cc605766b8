/**
 * The first story of the sample `clocks/last-write-wins`: two writes, one
 * after the other, both acknowledged; the second has the smaller stamp.
 */
import { correction } from "../code/clocks/last-write-wins.example.ts";
import { wallClock } from "../code/clocks/last-write-wins.ts";
import { arrow, circle, label, line, svg } from "./draw.ts";

export const program = "clocks/last-write-wins";
export const seed = 7;

const ids = ["c1", "n1", "n2", "n3"];
const [fromMs, topPx, scale] = [98, 44, 6.6];
const x = (id: string) => 50 + 106 * ids.indexOf(id);
const y = (ms: number) => topPx + scale * (ms - fromMs);

export function draw(): string {
  const { trace } = correction(wallClock, seed);
  const messages = trace.flatMap((t) =>
    t.kind === "deliver" ? [{ ...t, ...t.message, type: t.message.body.type }] : [],
  );
  const bottom = y(Math.max(...messages.map((m) => m.atMs))) + 16;
  const heads = ids.flatMap((id) => [
    label(x(id), 14, id === "c1" ? "customer" : id, {
      class: "label-strong",
      "text-anchor": "middle",
    }),
    line(x(id), topPx - 8, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const clocks = ["n1", "n2", "n3"].map((id) =>
    label(x(id), 28, id === "n2" ? "40 ms behind" : "on time", {
      class: "label-quiet",
      "text-anchor": "middle",
    }),
  );
  const arrows = messages.map((m) => {
    const tone = m.type === "replicate" ? "quiet" : m.type === "put_ok" ? "green" : "blue";
    return arrow(x(m.src), y(m.sentMs), x(m.dest), y(m.atMs), tone);
  });
  const said = messages.flatMap((m) => {
    if (m.type === "replicate") return [];
    const text = m.type === "put" ? `${m.body.value}` : "ok";
    const down = m.type === "put" ? -5 : 12;
    const middle = (x(m.src) + x(m.dest)) / 2 + (m.dest === "n2" || m.src === "n2" ? -58 : 0);
    const share = (middle - x(m.src)) / (x(m.dest) - x(m.src));
    const at = y(m.sentMs + share * (m.atMs - m.sentMs));
    return [note(middle, at + down, text, "middle")];
  });
  const puts = messages.filter((m) => m.type === "put");
  const stamps = puts.flatMap((m, i) => {
    const stamp = trace.find(
      (t) => t.kind === "send" && t.message.src === m.dest && t.message.body.type === "put_ok",
    );
    if (stamp?.kind !== "send") return [];
    const { l } = stamp.message.body.stamp as { l: number };
    const verdict = i === 0 ? `stamp ${l}: kept` : `stamp ${l}: dropped`;
    return [
      circle(x(m.dest), y(m.atMs), 4, { class: i === 0 ? "fill-green" : "fill-accent" }),
      note(x(m.dest) + 9, y(m.atMs) - 6, verdict, "start"),
    ];
  });
  return svg(456, bottom + 4, ...heads, ...clocks, ...arrows, ...said, ...stamps);
}

function note(x: number, y: number, text: string, anchor: string): string {
  return label(x, y, text, {
    class: "label halo",
    "text-anchor": anchor,
  });
}
