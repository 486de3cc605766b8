/**
 * The columns of two rows while Bob pays Joe seven dollars: the client is
 * stopped at four moments, and the rows are read as they stand.
 */
import { asItIs, columns, transfer } from "../code/atomic-commit/percolator.scenario.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = "atomic-commit/percolator";
export const seed = 7;

const rowH = 22;

export function draw(): string {
  const { steps } = transfer(seed, null, 400, 400, asItIs);
  const firstOf = (type: string, nth: number) =>
    steps.flatMap((effects, step) =>
      effects.some((e) => e.kind === "send" && e.body.type === type) ? [step] : [],
    )[nth] ?? 0;
  const frames = [
    { title: "before", step: firstOf("prewrite", 0) },
    { title: "both prewritten", step: firstOf("commit", 0) },
    {
      title: "primary committed: from here on the transfer has happened",
      step: firstOf("commit", 1),
    },
    { title: "secondary committed", step: steps.length - 1 },
  ];
  const drawn = frames.map(({ title, step }, at) => {
    const crash = { step, effect: at === 3 ? 9 : 0 };
    const { sim } = transfer(seed, crash, 400, 399, asItIs);
    return frame(sim, `${at + 1}. ${title}`, 26 + at * 78);
  });
  const head = { class: "label-quiet" };
  return svg(
    456,
    26 + 4 * 78,
    label(96, 14, "data", head),
    label(206, 14, "lock", head),
    label(346, 14, "write", head),
    ...drawn,
  );
}

type Sim = ReturnType<typeof transfer>["sim"];

function frame(sim: Sim, title: string, top: number): string {
  const rows = [
    ["s1", "bob"],
    ["s2", "joe"],
  ] as const;
  return element(
    "g",
    {},
    label(8, top + 12, title, { class: "label-strong" }),
    ...rows.map(([node, key], at) => {
      const { data, lock, write } = columns(sim, node, key);
      const y = top + 18 + at * rowH;
      const isHeld = lock !== "-";
      return element(
        "g",
        {},
        label(40, y + 15, key),
        cell(90, 106, y, data, false),
        cell(200, 136, y, lock, isHeld),
        cell(340, 112, y, write, false),
      );
    }),
    line(8, top + 70, 452, top + 70, { class: "stroke-rule", "stroke-width": 0.7 }),
  );
}

function cell(x: number, width: number, y: number, words: string, isHeld: boolean): string {
  return (
    rect(x, y, width, rowH - 2, {
      class: isHeld ? "fill-field stroke-accent" : "fill-none stroke-rule",
      "stroke-width": isHeld ? 1.3 : 1,
    }) + label(x + 6, y + 14.5, words, { class: "code" })
  );
}
