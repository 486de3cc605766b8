/** The Hot-Key Triage: five questions, and what can be done how soon. */
import { arrow, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const middle = { "text-anchor": "middle" };
type Step = {
  readonly question: readonly string[];
  readonly answer: string;
  readonly remedy: readonly string[];
  readonly within: string;
  readonly otherwise: string;
};
const steps: readonly Step[] = [
  {
    question: ["One key, or all over", "the partition?"],
    answer: "all over",
    remedy: ["split by load,", "move one half"],
    within: "1 hour",
    otherwise: "one key",
  },
  {
    question: ["Always the newest", "key?"],
    answer: "yes",
    remedy: ["bucket before the time,", "partitions made ahead"],
    within: "days",
    otherwise: "no",
  },
  {
    question: ["Reads or writes?"],
    answer: "reads",
    remedy: ["coalesce, then cache,", "then read replicas"],
    within: "1 night",
    otherwise: "writes",
  },
  {
    question: ["Can writes be put", "together later?"],
    answer: "yes",
    remedy: ["batch in front,", "then salt"],
    within: "days",
    otherwise: "no",
  },
  {
    question: ["May a part be", "refused?"],
    answer: "yes",
    remedy: ["throttle this key,", "spare its neighbors"],
    within: "1 hour",
    otherwise: "no",
  },
];

export function draw(): string {
  const drawn = steps.map((step, at) => {
    const y = 22 + at * 62;
    return [
      rect(8, y, 148, 40, { class: "fill-field stroke-ink", "stroke-width": 1, rx: 6 }),
      ...lines(82, y + 20, step.question, "label-strong"),
      arrow(156, y + 20, 222, y + 20, "blue"),
      label(187, y + 14, step.answer, middle),
      rect(224, y, 158, 40, { class: "fill-none stroke-blue", "stroke-width": 1 }),
      ...lines(303, y + 20, step.remedy, ""),
      label(392, y + 24, step.within, { class: "label-quiet" }),
      arrow(82, y + 40, 82, y + 60, "ink"),
      label(89, y + 54, step.otherwise),
    ].join("");
  });
  const y = 22 + steps.length * 62;
  return svg(
    456,
    y + 38,
    label(392, 14, "done within", { class: "label-quiet" }),
    ...drawn,
    rect(8, y, 374, 34, { class: "fill-none stroke-accent", "stroke-width": 1 }),
    ...lines(195, y + 17, ["a node of its own; then change the key, or the product"], ""),
    label(392, y + 21, "weeks", { class: "label-quiet" }),
  );
}

/** One or two lines of text around the middle. */
function lines(x: number, y: number, texts: readonly string[], className: string): string[] {
  const first = y + 3.7 - (texts.length - 1) * 6.5;
  return texts.map((text, at) => label(x, first + at * 13, text, { ...middle, class: className }));
}
