/** Who tells whom: a leader with a log, or services that listen to each other. */
import { reactions } from "../code/sagas/choreography.ts";
import { orderSaga } from "../code/sagas/order.scenario.ts";
import { arrow, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const [boxW, boxH, top, gap] = [76, 28, 44, 62];
const middle = { "text-anchor": "middle" };

export function draw(): string {
  const services = Object.keys(reactions);
  return svg(
    456,
    288,
    label(4, 14, "orchestration", { class: "label-strong" }),
    label(246, 14, "choreography", { class: "label-strong" }),
    line(232, 4, 232, 284, { class: "stroke-rule", "stroke-width": 1 }),
    ...led(),
    ...danced(services),
  );
}

function box(x: number, y: number, text: string, tone: string): string {
  return (
    rect(x, y, boxW, boxH, { class: `fill-paper stroke-${tone}`, "stroke-width": 1.2, rx: 3 }) +
    label(x + boxW / 2, y + 18, text, { ...middle, class: "label-strong" })
  );
}

/** One place knows the steps; each service knows its own. */
function led(): readonly string[] {
  const leaderY = top + 1.5 * gap;
  const arrows = orderSaga.flatMap(({ name, service, kind }, at) => {
    const y = top + at * gap;
    const back =
      kind === "compensatable"
        ? [label(128, y + 41, `undo ${name}`, { class: "label-quiet" })]
        : [];
    return [
      arrow(84, leaderY + boxH / 2, 126, y + boxH / 2, "ink"),
      box(128, y, service, "ink"),
      label(128, y - 4, `${at + 1}  ${name}`),
      ...back,
    ];
  });
  return [...arrows, box(4, leaderY, "orchestrator", "accent"), label(4, leaderY + 42, "saga log")];
}

/** The way of an order is in no place: it follows from who listens to what. */
function danced(services: readonly string[]): readonly string[] {
  const x = 312;
  const place = (service: string) => top + 14 + services.indexOf(service) * 84;
  const told = services.flatMap((to) =>
    (reactions[to] ?? []).map(({ on, does }) => ({ to, on, does, from: sayer(services, on) })),
  );
  const [first] = told.filter(({ from }) => from === undefined);
  const begin = [
    arrow(x + boxW / 2, 22, x + boxW / 2, place(first?.to ?? "") - 2, "ink"),
    label(x + boxW / 2 + 6, 34, first?.on ?? ""),
  ];
  const down = told.flatMap(({ from, to, on, does }) => {
    if (from === undefined || does === "undo") return [];
    const [fromY, toY] = [place(from) + boxH, place(to)];
    return [
      arrow(x + 22, fromY, x + 22, toY - 2, "ink"),
      label(x + 16, (fromY + toY) / 2 + 4, on, { "text-anchor": "end" }),
    ];
  });
  // All that one service undoes when another speaks: one arrow, and what it says.
  const up = services.flatMap((to) =>
    services.flatMap((from) => {
      const news = told.filter((one) => one.from === from && one.to === to && one.does === "undo");
      if (news.length === 0) return [];
      const [fromY, toY] = [place(from), place(to) + boxH];
      const y = (fromY + toY) / 2 - (news.length - 1) * 7 + 4;
      return [
        arrow(x + 54, fromY, x + 54, toY + 2, "accent"),
        ...news.map(({ on }, nth) => label(x + 61, y + nth * 14, `${on}: undo`)),
      ];
    }),
  );
  return [
    ...begin,
    ...down,
    ...up,
    ...services.map((service) => box(x, place(service), service, "ink")),
  ];
}

function sayer(services: readonly string[], what: string): string | undefined {
  return services.find((service) =>
    (reactions[service] ?? []).some(({ ok, failed }) => ok === what || failed === what),
  );
}
