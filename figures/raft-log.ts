/**
 * Five logs in the middle of a run: the leader of term 1 and one follower
 * are cut off and cannot commit what they store; the leader of term 2 has
 * not brought its last entry to all. What each knows to be committed is
 * filled and ends at the bar.
 */
import { simulate } from "../code/kernel/simulator.ts";
import { leaderOf, proposeTo } from "../code/raft/cluster.scenario.ts";
import { paperOptions } from "../code/raft/options.ts";
import { raft } from "../code/raft/raft.ts";
import type { Entry, State } from "../code/raft/state.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const ids = ["n1", "n2", "n3", "n4", "n5"];
const boxWidthPx = 56;
const boxHeightPx = 30;
const rowPx = 40;
const leftPx = 78;
const topPx = 22;

/** The states at the moment that is drawn. */
function states(): readonly State[] {
  const node = raft(paperOptions(ids));
  const nodes = Object.fromEntries(ids.map((id) => [id, node]));
  const sim = simulate({ seed, nodes });
  const say = (commands: readonly string[], to: string | null) => {
    for (const command of commands) if (to !== null) proposeTo(sim, to, command);
    sim.runFor(60);
  };
  sim.runUntil(400);
  const first = leaderOf(sim, ids);
  say(["x←1", "y←2"], first);
  const follower = ids.find((id) => id !== first) ?? "";
  const others = ids.filter((id) => id !== first && id !== follower);
  sim.apply({ kind: "partition", groups: [[first ?? "", follower], others] });
  say(["x←8", "y←9"], first);
  sim.runFor(500);
  const second = leaderOf(sim, others);
  say(["x←3"], second);
  const behind = others.find((id) => id !== second) ?? "";
  sim.apply({ kind: "cut", from: second ?? "", to: behind });
  say(["y←4"], second);
  return ids.map((id) => sim.state<State>(id));
}

export function draw(): string {
  const all = states();
  const longest = Math.max(...all.map(({ log }) => log.length));
  const indexes = Array.from({ length: longest }, (_, at) =>
    label(boxX(at) + boxWidthPx / 2, 12, String(at + 1), {
      "text-anchor": "middle",
      class: "label-quiet",
    }),
  );
  const rows = all.flatMap((state, row) => server(state, topPx + row * rowPx));
  return svg(456, topPx + all.length * rowPx, ...indexes, ...rows);
}

function server(state: State, y: number): readonly string[] {
  const { id, role, currentTerm, log, commitIndex } = state;
  const isLeader = role === "leader";
  const title = isLeader ? "leads term" : "in term";
  const end = boxX(commitIndex);
  return [
    label(0, y + 13, id, { class: "label-strong" }),
    label(0, y + 26, `${title} ${currentTerm}`, { class: "label-quiet", "font-size": 9.4 }),
    ...log.flatMap((entry, at) => box(entry, boxX(at), y, at < commitIndex)),
    line(end, y - 4, end, y + boxHeightPx + 4, { class: "stroke-accent", "stroke-width": 2.4 }),
  ];
}

/** An entry: its term above, its command below. */
function box(entry: Entry, x: number, y: number, isCommitted: boolean): readonly string[] {
  const middle = { "text-anchor": "middle" };
  const text = entry.kind === "command" ? String(entry.command) : entry.kind;
  const fill = isCommitted ? "fill-field" : "fill-paper";
  return [
    rect(x, y, boxWidthPx, boxHeightPx, {
      class: `${fill} stroke-ink${isCommitted ? "" : " dashed"}`,
      "stroke-width": 1,
    }),
    label(x + boxWidthPx / 2, y + 12.5, String(entry.term), { ...middle, class: "label-strong" }),
    label(x + boxWidthPx / 2, y + 25, text, { ...middle, "font-size": 9.4 }),
  ];
}

function boxX(at: number): number {
  return leftPx + at * boxWidthPx;
}
