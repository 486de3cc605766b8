/**
 * The first story of the sample `idempotency/duplicate-charge`: the first
 * answer of the provider is slow, the retry has a new key, and the card is
 * charged twice. The messages to the database are left out.
 */
import { slowAnswer } from "../code/idempotency/duplicate-charge.example.ts";
import { setups } from "../code/idempotency/payment.scenario.ts";
import { arrow, circle, element, label, line, svg } from "./draw.ts";

export const program = "idempotency/duplicate-charge";
export const seed = 7;

const ids = ["c1", "w1", "w2", "v1"];
const names: Record<string, string> = {
  c1: "client c1",
  w1: "server w1",
  w2: "server w2",
  v1: "provider v1",
};
const [topPx, scale] = [34, 1.55];
const x = (id: string) => 84 + 101 * ids.indexOf(id);
const y = (ms: number) => topPx + 10 + scale * (ms - 8);
const middle = { "text-anchor": "middle" };

export function draw(): string {
  const setup = setups[0];
  if (setup === undefined) throw new Error("no setup");
  const { trace } = slowAnswer(seed, setup);
  const messages = trace.flatMap((t) => {
    const isShown =
      t.kind === "deliver" && ids.includes(t.message.src) && ids.includes(t.message.dest);
    return isShown ? [{ ...t, ...t.message }] : [];
  });
  const bottom = y(Math.max(...messages.map((m) => m.atMs))) + 12;
  const heads = ids.flatMap((id) => [
    label(x(id), 14, names[id] ?? id, { class: "label-strong", ...middle }),
    line(x(id), topPx - 10, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const arrows = messages.map((m) => {
    const isBack = m.body.type.endsWith("_ok");
    return arrow(x(m.src), y(m.sentMs), x(m.dest), y(m.atMs), isBack ? "green" : "blue");
  });
  const said = messages.flatMap((m) => {
    const { type, key } = m.body;
    if (type === "charge") {
      return [note((x("c1") + x("w1")) / 2 + 3, y(m.sentMs) - 4, String(key), "middle")];
    }
    if (type === "pay") {
      const nth = messages.filter((o) => o.body.type === "pay" && o.atMs <= m.atMs).length;
      return [
        circle(x("v1"), y(m.atMs), 4.2, { class: "fill-accent" }),
        note(x("v1") + 9, y(m.atMs) + 4, `charge ${nth}`, "start"),
      ];
    }
    if (type === "pay_ok" && m.dest === "w1") {
      return [note((x("w2") + x("v1")) / 2, y(70) + 3, "slow", "middle")];
    }
    return [];
  });
  const times = messages
    .filter((m) => m.src === "c1" || m.dest === "c1")
    .map((m) => {
      const ms = m.src === "c1" ? m.sentMs : m.atMs;
      const what = m.src === "c1" ? "ask" : "answer";
      return label(x("c1") - 8, y(ms) + 3.6, `${what}, ${ms} ms`, { "text-anchor": "end" });
    });
  return svg(456, bottom + 4, ...heads, ...arrows, ...said, ...times);
}

function note(atX: number, atY: number, text: string, anchor: string): string {
  return element("g", {}, label(atX, atY, text, { class: "label halo", "text-anchor": anchor }));
}
