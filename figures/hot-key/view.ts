/** The questions with what their remedies did so far; below, the load of each partition at the present one. */
import type { Table } from "../../scripts/widget/contract.ts";
import { element, label, line, rect, svg } from "../draw.ts";
import { capacity, isWithin, type Remedy, rounded, type Triage, type Trial } from "./simulate.ts";

const [widthPx, heightPx] = [456, 396];
const columns = { answer: 145, remedy: 194, mark: 334, hottest: 386, fleet: 452 };
const [firstRow, rowPx] = [34, 17];
const bars = { left: 44, right: 452, top: 200, bottom: 366 };
/** What is higher is cut off and says its number. */
const loadMax = 5000;

type Row = {
  readonly question: string;
  readonly answer: (state: Triage) => string;
  readonly remedy: Remedy | null;
};
const none = () => "";
const rows: readonly Row[] = [
  { question: "", answer: none, remedy: "none" },
  {
    question: "One key, or all over?",
    answer: ({ isOneKey }) => (isOneKey ? "one key" : "all over"),
    remedy: "split",
  },
  { question: "Always the newest key?", answer: () => "no", remedy: null },
  {
    question: "Reads or writes?",
    answer: ({ isRead }) => (isRead ? "reads" : "writes"),
    remedy: "coalesce",
  },
  { question: "", answer: none, remedy: "cache" },
  { question: "Can writes be joined later?", answer: () => "if so", remedy: "salt" },
  { question: "", answer: none, remedy: "both" },
  { question: "May a part be refused?", answer: () => "if so", remedy: "throttle" },
];

export function view(state: Triage): string {
  const end = { "text-anchor": "end", class: "label-quiet" };
  return svg(
    widthPx,
    heightPx,
    label(0, 14, "the triage asks", { class: "label-quiet" }),
    label(columns.remedy, 14, "what it tries", { class: "label-quiet" }),
    label(columns.hottest, 14, "hottest", end),
    label(columns.fleet, 14, "fleet", end),
    line(0, 20, widthPx, 20, { class: "stroke-rule", "stroke-width": 0.8 }),
    ...rows.flatMap((row, at) => drawnRow(row, firstRow + at * rowPx, state)),
    ...partitionBars(state),
  );
}

// --- The questions -----------------------------------------------------------------------------

function drawnRow({ question, answer, remedy }: Row, y: number, state: Triage): readonly string[] {
  const at = state.trials.findIndex((trial) => trial.remedy === remedy);
  const trial = at <= state.now ? state.trials[at] : undefined;
  const isNow = at === state.now;
  const asked = remedy === null ? state.now > 1 : trial !== undefined;
  const field = rect(-4, y - 12, widthPx + 8, rowPx - 1, { class: "fill-field" });
  return [
    ...(isNow ? [field] : []),
    label(0, y, question, { class: asked ? "" : "label-quiet" }),
    ...(asked ? [label(columns.answer, y, answer(state), { class: "label-strong" })] : []),
    ...(trial ? result(trial, y, isNow, trial.remedy === state.pick) : []),
  ];
}

/** A full square where the hottest partition is over its limit, a hollow circle where it is not. */
function result(trial: Trial, y: number, isNow: boolean, isPick: boolean): readonly string[] {
  const strong = isNow || isPick ? "label-strong" : "";
  const end = { "text-anchor": "end", class: strong };
  const mark = isWithin(trial)
    ? element("circle", {
        cx: columns.mark + 4,
        cy: y - 4,
        r: 3.6,
        class: "fill-none stroke-green",
        "stroke-width": 1.8,
      })
    : rect(columns.mark, y - 8, 8, 8, { class: "fill-accent" });
  const frame = rect(columns.remedy - 6, y - 12.5, widthPx - columns.remedy + 9, rowPx - 0.5, {
    class: "fill-none stroke-green",
    "stroke-width": 1.2,
  });
  return [
    ...(isPick ? [frame] : []),
    label(columns.remedy, y, trial.words, { class: strong }),
    mark,
    label(columns.hottest, y, rounded(trial.hottest), end),
    label(columns.fleet, y, rounded(trial.fleet), end),
  ];
}

// --- The partitions ------------------------------------------------------------------------------

function yOf(load: number): number {
  const part = Math.min(load, loadMax) / loadMax;
  return Math.round(100 * (bars.bottom - part * (bars.bottom - bars.top))) / 100;
}

function partitionBars(state: Triage): readonly string[] {
  const { trials, now, part, budget, treated } = state;
  const trial = trials[now];
  if (!trial) return [];
  const quiet = { class: "label-quiet" };
  const end = { "text-anchor": "end" };
  const words = treated === 1 ? "the hottest key" : `the ${treated} hottest keys`;
  return [
    label(0, bars.top - 18, "load of each partition, requests a second", { class: "label-strong" }),
    ...[0, 4000].flatMap((tick) => [
      line(bars.left, yOf(tick), bars.right, yOf(tick), {
        class: "stroke-rule",
        "stroke-width": 0.7,
      }),
      label(bars.left - 6, yOf(tick) + 3.7, rounded(tick), end),
    ]),
    ...barsOf(trial),
    line(bars.left, yOf(capacity), bars.right, yOf(capacity), {
      class: "stroke-accent dashed",
      "stroke-width": 1.3,
    }),
    label(bars.left - 6, yOf(capacity) - 2, "limit", { ...end, class: "label-strong" }),
    label(bars.left - 6, yOf(capacity) + 10, rounded(capacity), end),
    rect(bars.left, 381, 9, 9, { class: "fill-accent" }),
    label(bars.left + 14, 389.5, words),
    rect(bars.left + 118, 381, 9, 9, { class: "fill-rule" }),
    label(bars.left + 132, 389.5, "all others"),
    label(bars.right, 389.5, budgetWords(part, budget), { ...quiet, ...end }),
  ];
}

function budgetWords(part: number, budget: number): string {
  const may = budget > 0 ? `room for ${(100 * Math.min(budget, 1)).toFixed(1)}%` : "no room at all";
  return `the hottest key has ${(100 * part).toFixed(1)}%, ${may}`;
}

function barsOf(trial: Trial): readonly string[] {
  const count = trial.others.length;
  const pitch = (bars.right - bars.left) / count;
  const gap = Math.min(pitch * 0.25, 6);
  return trial.others.flatMap((others, at) => {
    const hot = trial.hot[at] ?? 0;
    const x = Math.round(100 * (bars.left + at * pitch + gap / 2)) / 100;
    const width = Math.round(100 * (pitch - gap)) / 100;
    const drawn = [
      rect(x, yOf(others), width, bars.bottom - yOf(others), { class: "fill-rule" }),
      rect(x, yOf(others + hot), width, yOf(others) - yOf(others + hot), { class: "fill-accent" }),
    ];
    const isHottest = others + hot === trial.hottest;
    return [
      ...drawn,
      ...(others + hot > loadMax ? [cut(x, width)] : []),
      ...(isHottest ? [peak(trial.hottest, x, width)] : []),
    ];
  });
}

/** Through a bar that is higher than the picture. */
function cut(x: number, width: number): string {
  const y = bars.top + 12;
  return line(x - 2, y + 4, x + width + 2, y, { class: "stroke-paper", "stroke-width": 3 });
}

function peak(load: number, x: number, width: number): string {
  const middle = Math.min(Math.max(x + width / 2, bars.left + 16), bars.right - 16);
  // Not on the line of the limit: above it where the number would cross it.
  const [limit, y] = [yOf(capacity), yOf(load) - 4];
  return label(middle, y > limit - 2 && y < limit + 11 ? limit - 4 : y, rounded(load), {
    class: "label-strong halo",
    "text-anchor": "middle",
  });
}

export function table(state: Triage): Table {
  const { trials, now, part, budget } = state;
  const asked = rows.filter(({ remedy, question }) => {
    const at = trials.findIndex((trial) => trial.remedy === remedy);
    return question !== "" && (remedy === null ? now > 1 : at <= now);
  });
  return {
    head: ["What", "Hottest partition", "Fleet", "Verdict"],
    rows: [
      ...trials
        .slice(0, now + 1)
        .map((trial) => [
          trial.words,
          rounded(trial.hottest),
          rounded(trial.fleet),
          `${isWithin(trial) ? "within the limit" : "over the limit"}${trial.remedy === state.pick ? ": take this" : ""}`,
        ]),
      ...asked.map(({ question, answer }) => [question, "", "", answer(state)]),
      ["Part of the hottest key, and the room for it", "", "", budgetWords(part, budget)],
      ["Partitions over 2,000 now", "", "", overOf(trials[now])],
    ],
  };
}

function overOf(trial: Trial | undefined): string {
  if (!trial) return "none";
  const loads = trial.others.map((others, at) => others + (trial.hot[at] ?? 0));
  return `${loads.filter((load) => load > capacity + 0.5).length} of ${loads.length}`;
}
