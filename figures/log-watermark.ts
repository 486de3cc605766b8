/**
 * One partition on three brokers. n3 cannot ask its leader any more: at
 * first the high watermark stands still, then n3 has left the ISR.
 */
import { scriptedClient } from "../code/kernel/client.ts";
import type { Simulation } from "../code/kernel/simulator.ts";
import type { Broker } from "../code/log/broker.ts";
import { brokers, cluster, leaderOf, partition } from "../code/log/cluster.scenario.ts";
import { data } from "../code/log/record.ts";
import { recordsOf } from "../code/log/segments.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const cellPx = 40;
const leftPx = 92;
const rowPx = 40;

type Frame = {
  readonly atMs: number;
  readonly isr: readonly string[];
  readonly waiting: number;
  readonly logs: readonly {
    readonly id: string;
    readonly values: readonly string[];
    readonly mark: number;
  }[];
};

function frames(): readonly Frame[] {
  const sim = cluster({
    seed,
    clients: { p1: scriptedClient([], { targets: brokers, timeoutMs: 1 }) },
    network: { delayMs: { kind: "constant", ms: 2 } },
  });
  const write = (value: string) => {
    const entries = [data(null, value, sim.nowMs)];
    const body = { type: "produce", partition, acks: "all", entries, msg_id: value };
    sim.inject({ src: "p1", dest: leaderOf(sim), body });
  };
  sim.runUntil(300);
  for (const value of ["a", "b", "c"]) write(value);
  sim.runFor(60);
  sim.apply({ kind: "cut", from: "n3", to: "n1" });
  for (const value of ["d", "e"]) write(value);
  sim.runFor(60);
  const stuck = frame(sim);
  sim.runFor(240);
  return [stuck, frame(sim)];
}

function frame(sim: Simulation): Frame {
  const replicas = brokers.map((id) => ({
    id,
    replica: sim.state<Broker>(id).replicas[partition],
  }));
  const { role, view } = replicas[0]?.replica ?? {};
  return {
    atMs: sim.nowMs,
    isr: view?.isr ?? [],
    waiting: role?.kind === "leader" ? role.waiting.length : 0,
    logs: replicas.map(({ id, replica }) => ({
      id,
      values: replica ? recordsOf(replica.log).map(({ value }) => String(value)) : [],
      mark: replica?.highWatermark ?? 0,
    })),
  };
}

export function draw(): string {
  const all = frames();
  const heightPx = 150;
  return svg(456, all.length * heightPx - 8, ...all.flatMap((f, at) => panel(f, at * heightPx)));
}

function panel({ atMs, isr, waiting, logs }: Frame, top: number): readonly string[] {
  const said = waiting === 0 ? "nobody waits" : `${waiting} producers' requests wait`;
  return [
    label(0, top + 12, `${atMs.toFixed(0)} ms`, { class: "label-strong" }),
    label(60, top + 12, `in sync: ${isr.join(" ")};  ${said}`),
    ...logs.flatMap(({ id, values, mark }, row) => {
      const y = top + 28 + row * rowPx;
      const end = leftPx + mark * cellPx;
      const title = id === "n1" ? "leads" : isr.includes(id) ? "in sync" : "out of sync";
      return [
        label(0, y + 12, id, { class: "label-strong" }),
        label(0, y + 25, title, { class: "label-quiet", "font-size": 9.4 }),
        ...values.flatMap((value, at) => [
          rect(leftPx + at * cellPx, y, cellPx, 26, {
            class: at < mark ? "fill-field stroke-ink" : "fill-paper stroke-ink dashed",
            "stroke-width": 1,
          }),
          label(leftPx + at * cellPx + cellPx / 2, y + 17, value, { "text-anchor": "middle" }),
        ]),
        line(end, y - 4, end, y + 30, { class: "stroke-accent", "stroke-width": 2.4 }),
        label(leftPx + 5 * cellPx + 16, y + 17, `high watermark ${mark}`, { class: "label-quiet" }),
      ];
    }),
  ];
}
