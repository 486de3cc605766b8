/**
 * The theorem as two runs: on the left n1 takes a write, on the right it
 * is not asked. With the link cut, n2 hears the same in both.
 */
import { type Ask, cutMs, otherStory, story, tell } from "../code/cap/register.scenario.ts";
import type { Body } from "../code/kernel/node.ts";
import { arrow, circle, label, line, rect, svg } from "./draw.ts";

export const program = "cap/register";
export const seed = 7;

const [fromMs, untilMs] = [236, 522];
const top = 52;
const y = (ms: number) => top + (ms - fromMs) * 0.74;
const ids = ["c1", "n1", "n2", "c2"];
const places = [14, 78, 140, 204];
const middle = { "text-anchor": "middle" };
const bottom = y(untilMs);

export function draw(): string {
  return svg(
    456,
    bottom + 26,
    panel(0, "n1 takes a write", story),
    line(229, 12, 229, bottom + 20, { class: "stroke-rule", "stroke-width": 1 }),
    panel(240, "n1 is not asked", otherStory),
  );
}

function panel(left: number, title: string, asks: readonly Ask[]): string {
  const bold = { read: "answer", write: "answer" } as const;
  const { trace } = tell(bold, asks, seed).sim;
  const x = (id: string) => left + (places[ids.indexOf(id)] ?? 0);
  const seen = trace.filter(({ atMs }) => atMs > fromMs && atMs < untilMs);
  const field = rect(x("n2") - 17, 20, x("c2") - x("n2") + 29, bottom - 12, {
    class: "fill-field",
  });
  const heads = ids.flatMap((id) => [
    label(x(id), 34, id, { ...middle, class: "label-strong" }),
    line(x(id), top - 10, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const cut = (x("n1") + x("n2")) / 2;
  const drawn = seen.flatMap((event) => {
    if (event.kind === "deliver") {
      const { src, dest, body } = event.message;
      const tone = src.startsWith("c") ? "blue" : "green";
      const [from, to] = [x(src), x(dest)];
      const words = told(body);
      return [
        arrow(from, y(event.sentMs), to, y(event.atMs), tone),
        note((from + to) / 2, y(event.atMs) - 5, words),
      ];
    }
    if (event.kind !== "drop") return [];
    const { src } = event.message;
    const [from, at] = [x(src), y(event.atMs)];
    const end = cut + (src === "n1" ? -4 : 4);
    return [
      line(from, at, end, at + 7, { class: "stroke-accent dashed", "stroke-width": 1.1 }),
      cross(end, at + 7),
    ];
  });
  return [
    field,
    label(left + 109, 14, title, { ...middle, class: "label-strong" }),
    line(cut, top - 12, cut, bottom, { class: "stroke-accent dashed", "stroke-width": 1.2 }),
    label(cut, bottom + 14, `cut since ${cutMs} ms`, { ...middle, class: "label-quiet" }),
    ...heads,
    ...drawn,
    circle(x("n2"), y(501), 3.4, { class: "fill-accent" }),
  ].join("");
}

function told(body: Body): string {
  if (body.type === "write") return `${body.value}`;
  if (body.type === "read_ok") return `${body.value}`;
  return body.type === "write_ok" ? "ok" : "read";
}

function cross(x: number, y: number): string {
  const ink = { class: "stroke-accent", "stroke-width": 1.3 };
  return line(x - 3, y - 3, x + 3, y + 3, ink) + line(x - 3, y + 3, x + 3, y - 3, ink);
}

function note(x: number, y: number, text: string): string {
  return label(x, y, text, { ...middle, class: "label" });
}
