/** Figure 8 of the paper: counting copies is not enough to commit. */
import { seedFrom } from "../kernel/sample.ts";
import { commitByCounting } from "./broken.ts";
import {
  type Frames,
  figure8,
  figure8Raft,
  servers,
} from "./figure-8.ts";
import { look, nothingSeen } from "./invariants.ts";
import { type Stage, storedBy } from "./script.ts";

export const defaultSeed = 7;

/** A schedule played by hand leaves nothing to chance, or to the seed. */
export function run(_seed: number): string {
  const wrong = figure8(commitByCounting(figure8Raft()));
  const right = figure8(figure8Raft());
  return [
    "The terms in each log. * leads, x is down; ] ends what that leader",
    "knows to be committed.",
    "",
    "A leader that commits whatever a majority stores:",
    ...table(wrong, ["a", "b", "c", "d"]),
    "",
    `invariants: ${verdict(wrong)}`,
    "",
    "A leader that counts only entries of its own term (§5.4.2):",
    ...table(right, ["a", "b", "c", "d", "e"]),
    "",
    `invariants: ${verdict(right)}`,
  ].join("\n");
}

function table(
  frames: Frames,
  names: readonly (keyof Frames)[],
): readonly string[] {
  const head = names.map((name) => `(${name})`.padEnd(12)).join("");
  const rows = servers.map((id) => {
    const cells = names.map((name) =>
      cell(frames[name], id).padEnd(12),
    );
    return `  ${id}  ${cells.join("")}`.trimEnd();
  });
  return [`      ${head}`.trimEnd(), ...rows];
}

/** `1 2] 4 *`: terms, the end of what is committed, and the role. */
function cell(on: Stage, id: string): string {
  const { log } = storedBy(on, id);
  const state = on.up[id];
  const isLeader = state?.role === "leader";
  const committed = isLeader ? state.commitIndex : 0;
  const terms = log.map(({ term }, at) =>
    at + 1 === committed ? `${term}]` : `${term}`,
  );
  const mark = state === undefined ? " x" : isLeader ? " *" : "";
  return terms.join(" ") + mark;
}

/** What the five properties of Figure 3 say to (a) to (d). */
function verdict({ a, b, c, d }: Frames): string {
  try {
    [a, b, c, d]
      .flatMap((on) => Object.values(on.up))
      .reduce(look, nothingSeen);
    return "all five hold";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
