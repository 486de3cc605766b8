/** A registry moves, and a controller reads it half way. */
import { seedFrom } from "../kernel/sample.ts";
import { autoscale, type Guard } from "./autoscaler.ts";
import { applyCommand, emptyTree, type Tree } from "./tree.ts";

export const defaultSeed = 7;

const running = Array.from({ length: 100 }, (_, at) => `app-${at + 1}`);

export function run(_seed: number): string {
  const guards: readonly (readonly [string, Guard])[] = [
    ["none", { shareMax: 1, needsMark: false }],
    ["at most 5 % a round", { shareMax: 0.05, needsMark: false }],
    ["a mark at the end", { shareMax: 1, needsMark: true }],
  ];
  return [
    "100 servers run, two of them in no registry. The registry is copied",
    "to a new cluster; a controller reads the copy as it grows.",
    "",
    "guard                  copied   terminated",
    ...guards.flatMap(([name, guard]) =>
      [30, 98].map((copied) => row(name, copied, guard)),
    ),
  ].join("\n");
}

function row(name: string, copied: number, guard: Guard): string {
  const isWhole = copied === 98;
  const { end, refusal } = autoscale(
    copy(copied, isWhole),
    running,
    guard,
  );
  const said = refusal === null ? `${end.length}` : `0: ${refusal}`;
  return `${name.padEnd(22)} ${`${copied}`.padStart(6)}   ${said}`;
}

/** The new cluster, with so many of the servers, and perhaps the mark. */
function copy(count: number, isWhole: boolean): Tree {
  const paths = running
    .slice(0, count)
    .map((name) => `/servers/${name}`);
  const all = ["/servers", ...paths, ...(isWhole ? ["/complete"] : [])];
  const open = { type: "open", msg_id: 1, timeout_ms: 1000 };
  const requests = all.map((path) => ({ type: "create", path }));
  return [open, ...requests].reduce<Tree>((tree, request, at) => {
    const body = { ...request, session: "s1", msg_id: at + 1 };
    const command = {
      type: "request",
      client: "copier",
      request: body,
    } as const;
    return applyCommand(tree, at + 1, command)[0];
  }, emptyTree);
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
