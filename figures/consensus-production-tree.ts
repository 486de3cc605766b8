/** The tree of a running service: a lock with four contenders, and who watches what. */
import type { Client } from "../code/coordination/client.ts";
import { leaderOf, lockRun, phaseOf } from "../code/coordination/cluster.scenario.ts";
import type { Service } from "../code/coordination/coordination.ts";
import { arrow, element, label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const rowPx = 30;
const [boxX, boxWidth, sessionX] = [40, 176, 300];

export function draw(): string {
  const { sim, contenders } = lockRun(seed, 4, { holdMs: 2000, timeoutMs: 3000 });
  const isSettled = () =>
    contenders.filter((id) => phaseOf(sim, id) === "wait" && sim.state<Client>(id).asking === null)
      .length === 3;
  while (!isSettled()) sim.runFor(1);
  const { tree } = sim.state<Service>(leaderOf(sim));
  const paths = Object.keys(tree.nodes).toSorted();
  const y = (path: string) => 34 + paths.indexOf(path) * rowPx;
  const indent = (path: string) => (path === "/" ? 0 : path.split("/").length - 1) * 18;
  const sessions = Object.entries(tree.sessions);
  const owned = (name: string) => paths.find((path) => tree.nodes[path]?.owner === name);
  return svg(
    456,
    232,
    label(boxX - 26, 16, "znodes", { class: "label-strong" }),
    label(boxX + boxWidth + 4, 16, "made at", { class: "label-quiet", "text-anchor": "end" }),
    label(sessionX, 16, "sessions of clients", { class: "label-strong" }),
    ...paths.map((path) => {
      const node = tree.nodes[path];
      const from = boxX + indent(path) - 26;
      const tone = node?.owner ? "stroke-accent dashed" : "stroke-ink";
      const name = path === "/" ? "/" : path.slice(path.lastIndexOf("/") + 1);
      return element(
        "g",
        {},
        rect(from, y(path), boxX + boxWidth + 10 - from, 20, {
          class: `fill-paper ${tone}`,
          "stroke-width": 1.1,
        }),
        label(from + 6, y(path) + 14, name, { class: "code" }),
        label(boxX + boxWidth + 4, y(path) + 14, String(node?.createdIndex), {
          "text-anchor": "end",
        }),
      );
    }),
    ...sessions.map(([name, session], at) => {
      const path = owned(name);
      const top = path === undefined ? y("/lock") : y(path);
      const holds = sim.state<Client>(session.client).memo as { phase?: string } | null;
      const role = path === undefined ? "" : holds?.phase === "hold" ? ", holds" : ", waits";
      return element(
        "g",
        { "data-at": at },
        rect(sessionX, top, 146, 20, { class: "fill-field stroke-rule", "stroke-width": 1 }),
        label(sessionX + 6, top + 14, `${name} of ${session.client}${role}`),
        ...(path === undefined
          ? []
          : [line(boxX + boxWidth + 10, top + 10, sessionX, top + 10, { class: "stroke-accent" })]),
      );
    }),
    ...Object.entries(tree.watches).flatMap(([path, names]) =>
      names.map((name) => {
        const own = owned(name) ?? "/";
        return arrow(sessionX, y(own) + 15, boxX + boxWidth + 12, y(path) + 15, "blue", {
          "stroke-dasharray": "2 3",
        });
      }),
    ),
    label(sessionX, 222, "solid: owns, dotted: watches", { class: "label-quiet" }),
  );
}
