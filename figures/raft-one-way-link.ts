/**
 * A follower hears nobody and is heard by all. As in the paper it stands
 * again and again, and each term deposes a leader; with pre-vote and
 * check-quorum nothing happens.
 */
import { deafFollower, withFault } from "../code/raft/one-way-link.scenario.ts";
import { calmOptions, paperOptions } from "../code/raft/options.ts";
import { label, type Point, plot, polyline, svg } from "./draw.ts";

export const program = "raft/one-way-link";
export const seed = 7;

export function draw(): string {
  const paper = withFault(paperOptions, deafFollower, seed);
  const calm = withFault(calmOptions, deafFollower, seed);
  const { frame, x, y } = plot(
    30,
    24,
    300,
    150,
    { label: "time since the fault, s", min: 0, max: 10, ticks: [0, 2, 4, 6, 8, 10] },
    { label: "term", min: 0, max: 50, ticks: [0, 10, 20, 30, 40, 50] },
  );
  const stairs = ({ terms }: typeof paper): readonly Point[] => {
    const highest = terms.map((each) => Math.max(...Object.values(each)));
    return highest.flatMap((term, at): readonly Point[] => {
      const before = highest[at - 1] ?? term;
      return [
        [x(at / 10), y(before)],
        [x(at / 10), y(term)],
      ];
    });
  };
  const place = (report: typeof paper) => y(Math.max(...Object.values(report.terms.at(-1) ?? {})));
  const tell = (report: typeof paper, name: string) => [
    label(342, place(report) - 12, name, { class: "label-strong" }),
    label(342, place(report) + 1, `${report.acknowledged} of ${report.asked} writes`),
  ];
  return svg(
    456,
    210,
    frame,
    polyline(stairs(paper), { class: "stroke-accent", "stroke-width": 1.6 }),
    polyline(stairs(calm), { class: "stroke-blue", "stroke-width": 1.6 }),
    ...tell(paper, "as in the paper"),
    ...tell(calm, "with both rules"),
  );
}
