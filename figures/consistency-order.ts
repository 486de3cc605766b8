/**
 * Two small histories with an order that explains their answers: in the
 * first each operation has its instant, in the second real time is bent.
 */
import { registers } from "../code/abd/cluster.scenario.ts";
import {
  type HistoryName,
  historyNamed,
  verdictOf,
} from "../code/consistency/histories.scenario.ts";
import type { Operation } from "../code/kernel/history.ts";
import { operationText } from "../code/kernel/picture.ts";
import { arrow, circle, element, label, line, rect, svg } from "./draw.ts";

export const program = "consistency/histories";
export const seed = 7;

const [left, width, row] = [34, 410, 34];

export function draw(): string {
  const first = panel("a new value, seen by all", true, 0);
  const second = panel("new, then old", false, first.height + 18);
  return svg(456, first.height + second.height + 18, first.drawn, second.drawn);
}

function panel(name: HistoryName, isLinearizable: boolean, top: number) {
  const history = historyNamed(name);
  const isSo = verdictOf("linearizable", history) === "ok";
  if (isSo !== isLinearizable) throw new Error(`${name} is another kind of history`);
  if (verdictOf("sequential", history) !== "ok") throw new Error(`${name} has no order`);
  const order = orders(history).find((one) => isLegal(one) && (!isLinearizable || keepsTime(one)));
  if (order === undefined) throw new Error(`${name} has no order`);
  const endMs = Math.max(...history.map((one) => one.returnMs ?? 0));
  const x = (ms: number) => left + (ms / endMs) * (width - 4);
  const title = isLinearizable
    ? "Linearizable: an instant within each operation"
    : "Sequential, and not linearizable";
  const bars = history.flatMap((one, nth) => bar(one, x, 40 + nth * row));
  const below = 40 + history.length * row;
  const points = isLinearizable ? instants(order, history, x) : [];
  return {
    height: below + 34,
    drawn: element(
      "g",
      { transform: `translate(0 ${top})` },
      label(0, 11, title, { class: "label-strong" }),
      ...bars,
      ...points,
      ...boxes(order, below + 4),
    ),
  };
}

function bar(one: Operation, x: (ms: number) => number, y: number): readonly string[] {
  const [from, to] = [x(one.invokeMs), x(one.returnMs ?? 0)];
  const ink = { class: "stroke-blue", "stroke-width": 1.4 };
  const middle = Math.max((from + to) / 2, left + 26);
  return [
    label(0, y + 4, one.process, { class: "label-strong" }),
    line(from, y, to, y, ink),
    line(from, y - 4, from, y + 4, ink),
    line(to, y - 4, to, y + 4, ink),
    label(middle, y - 8, operationText(one), { "text-anchor": "middle" }),
  ];
}

/** As early as the order allows, and a little apart. */
function instants(
  order: readonly Operation[],
  history: readonly Operation[],
  x: (ms: number) => number,
): readonly string[] {
  let ms = 0;
  return order.map((one) => {
    ms = Math.max(ms + 3, one.invokeMs + 2);
    return circle(x(ms), 40 + history.indexOf(one) * row, 3.6, { class: "fill-green" });
  });
}

function boxes(order: readonly Operation[], y: number): readonly string[] {
  const wide = 112;
  return [
    label(0, y + 15, "order", { class: "label-quiet" }),
    ...order.flatMap((one, nth) => {
      const at = left + 8 + nth * (wide + 22);
      return [
        rect(at, y, wide, 22, { class: "fill-paper stroke-ink", rx: 3 }),
        label(at + wide / 2, y + 15, `${one.process}: ${operationText(one)}`, {
          "text-anchor": "middle",
        }),
        ...(nth > 0 ? [arrow(at - 20, y + 11, at - 2, y + 11, "ink")] : []),
      ];
    }),
  ];
}

function orders(history: readonly Operation[]): readonly (readonly Operation[])[] {
  if (history.length === 0) return [[]];
  return history.flatMap((one) =>
    orders(history.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  );
}

/** Would the register have answered so, each process in its own order? */
function isLegal(order: readonly Operation[]): boolean {
  let state = registers.init;
  for (const [nth, one] of order.entries()) {
    const isEarly = order
      .slice(nth)
      .some((other) => other.process === one.process && other.invokeMs < one.invokeMs);
    const next = registers.step(state, one);
    if (isEarly || next === null) return false;
    state = next.state;
  }
  return true;
}

function keepsTime(order: readonly Operation[]): boolean {
  return order.every((one, nth) =>
    order.slice(nth).every((later) => (later.returnMs ?? Infinity) > one.invokeMs),
  );
}
