/** Two sagas of three steps on one record, in all twenty orders. */
import { type Action, cases, ends, type Party, start } from "../code/sagas/isolation.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "sagas/isolation";
export const seed = 7;

const right = start.record.limit + 50 - 30;

export function draw(): string {
  const party = cases[0]?.party ?? {};
  const all = ends(written(party), start).map(({ record, hands }) => ({
    order: String(hands.order),
    limit: record.limit,
  }));
  const drawn = all.map(({ order, limit }, at) => {
    const x = 8 + (at % 5) * 90;
    const y = 34 + Math.floor(at / 5) * 44;
    const cells = [...order].map((saga, nth) =>
      rect(x + nth * 9.5, y, 8.5, 13, {
        class: saga === "a" ? "fill-blue" : "fill-paper stroke-ink",
        "stroke-width": 0.8,
      }),
    );
    const isRight = limit === right;
    return [
      ...cells,
      label(x, y + 27, isRight ? `${limit}: right` : `${limit}`, {
        class: isRight ? "label-strong" : "",
      }),
      isRight ? line(x, y + 31, x + 44, y + 31, { class: "stroke-ink", "stroke-width": 1.2 }) : "",
    ].join("");
  });
  return svg(
    456,
    206,
    rect(8, 4, 8.5, 13, { class: "fill-blue" }),
    label(21, 14, "a reads, works, adds 50"),
    rect(160, 4, 8.5, 13, { class: "fill-paper stroke-ink", "stroke-width": 0.8 }),
    label(173, 14, "b reads, works, takes 30"),
    label(318, 14, "limit at first 100", { class: "label-quiet" }),
    ...drawn,
  );
}

/** The same actions, and each leaves the letter of its saga. */
function written(party: Party): Party {
  const noting =
    (saga: string, act: Action): Action =>
    (world) => {
      const next = act(world);
      if (next === null) return null;
      const order = String(world.hands.order ?? "") + saga;
      return { ...next, hands: { ...next.hands, order } };
    };
  return Object.fromEntries(
    Object.entries(party).map(([saga, acts]) => [saga, acts.map((act) => noting(saga, act))]),
  );
}
