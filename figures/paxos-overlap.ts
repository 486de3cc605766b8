/**
 * The story of the Paxos example as a table of who took part in what: each
 * phase needs a majority, and the column of a3 runs through all of them.
 */

import { acceptorIds } from "../code/paxos/cluster.ts";
import { adoptHighest, type Proposal } from "../code/paxos/paxos.ts";
import { twoProposers } from "../code/paxos/story.scenario.ts";
import { circle, label, line, rect, svg } from "./draw.ts";

export const program = "paxos";
export const seed = 7;

const widthPx = 456;
const firstRowY = 44;
const rowPx = 50;
const firstColumnX = 170;
const columnPx = 62;

/** What one acceptor did in one phase, in the words of the drawing. */
type Part = { readonly acceptor: string; readonly report: string };
type Phase = { readonly title: string; readonly parts: readonly Part[] };

export function draw(): string {
  const acceptors = acceptorIds(5);
  const phases = phasesOfRun();
  const heightPx = firstRowY + phases.length * rowPx - 18;
  const shared = acceptors.filter((id) =>
    phases.every(({ parts }) => parts.some(({ acceptor }) => acceptor === id)),
  );
  const heads = acceptors.map((id, at) =>
    label(columnX(at), 18, id, { "text-anchor": "middle", class: "label-strong" }),
  );
  const bands = acceptors.flatMap((id, at) =>
    shared.includes(id)
      ? [
          rect(columnX(at) - 27, 4, 54, heightPx - 8, {
            class: "fill-field stroke-accent",
            "stroke-width": 1.2,
            rx: 6,
          }),
        ]
      : [],
  );
  const rows = phases.flatMap((phase, at) => row(phase, acceptors, firstRowY + at * rowPx));
  const crashY = firstRowY + 1.5 * rowPx - 2;
  const crash = [
    line(firstColumnX - 30, crashY, widthPx - 8, crashY, {
      class: "stroke-quiet dashed",
      "stroke-width": 1,
    }),
    label(8, crashY + 4, "p1, a1, a2 vanish", { class: "label-quiet" }),
  ];
  return svg(widthPx, heightPx, ...bands, ...heads, ...crash, ...rows);
}

function row(phase: Phase, acceptors: readonly string[], y: number): string[] {
  const marks = acceptors.map((id, at) => {
    const part = phase.parts.find(({ acceptor }) => acceptor === id);
    const x = columnX(at);
    return part
      ? circle(x, y - 4, 6, { class: "fill-ink" }) +
          label(x, y + 15, part.report, { "text-anchor": "middle", "font-size": 9.6 })
      : circle(x, y - 4, 6, { class: "fill-none stroke-quiet", "stroke-width": 1 });
  });
  return [label(8, y, phase.title, { class: "label-strong" }), ...marks];
}

function columnX(at: number): number {
  return firstColumnX + at * columnPx;
}

/** The four phases, read off the trace of the run. */
function phasesOfRun(): readonly Phase[] {
  const { trace } = twoProposers(seed, adoptHighest);
  const sent = trace.flatMap((event) => (event.kind === "send" ? [event.message] : []));
  return [2, 3].flatMap((ballot) => {
    const promises = sent.filter(({ body }) => body.type === "promise" && body.ballot === ballot);
    const accepts = sent.filter(
      ({ body, dest }) => body.type === "accepted" && body.ballot === ballot && dest === "l1",
    );
    return [
      {
        title: `ballot ${ballot}: promise`,
        parts: promises.map(({ src, body }) => ({
          acceptor: src,
          report: reportOf(body.accepted as Proposal | null),
        })),
      },
      {
        title: `ballot ${ballot}: accept`,
        parts: accepts.map(({ src, body }) => ({
          acceptor: src,
          report: `${body.ballot}:${body.value}`,
        })),
      },
    ];
  });
}

function reportOf(proposal: Proposal | null): string {
  return proposal ? `“${proposal.ballot}:${proposal.value}”` : "“nothing”";
}
