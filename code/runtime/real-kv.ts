/** The command behind `npm run sample -- <store> --real`. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Operation } from "../kernel/history.ts";
import { formatHistory } from "../kernel/picture.ts";
import { endOnSignals } from "./cluster.ts";
import {
  type TrialOptions,
  type TrialResult,
  tryKv,
} from "./kv-trial.ts";

const help = `Runs the store as real processes on this computer and judges it.

  --nodes N          how many processes (5)
  --seconds N        how long clients ask; the leader is killed, started
                     again, and the next one paused meanwhile (8)
  --chaos-seconds N  instead of that: kill, pause, cut off and bring
                     back at random for so long, then check
  --seed N           of the clients' choices and of the faults (1)
  --slow-disk-ms N   disks rest so long before and after each fsync, so
                     that processes are killed there
  --history FILE     write down what was asked and answered, as JSON
`;

type Store = Pick<TrialOptions, "main" | "leaderOf">;

/**
 * Exit code 0 if the history is linearizable, nothing was lost, and no
 * process had anything to complain of.
 */
export async function realKv(
  store: Store,
  words: readonly string[],
): Promise<number> {
  const wishes = understood(words);
  if (typeof wishes === "string") {
    process.stderr.write(`${wishes}\n`);
    return 1;
  }
  if (wishes.help) {
    process.stdout.write(help);
    return 0;
  }
  endOnSignals();
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  const result = await tryKv({ ...store, ...wishes.trial, tell });
  if (wishes.history !== undefined) {
    writeFileSync(
      wishes.history,
      JSON.stringify(result.history, null, 1),
    );
  }
  tell(report(result));
  const { verdict, lost, complaints } = result;
  const faults = [...lost, ...complaints].length;
  return verdict.verdict === "ok" && faults === 0 ? 0 : 1;
}

/** The command line; what is wrong with it, where it makes no sense. */
function understood(words: readonly string[]) {
  try {
    return wishesOf(words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wishesOf(words: readonly string[]) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: "boolean", short: "h" },
      nodes: { type: "string", default: "5" },
      seconds: { type: "string", default: "8" },
      "chaos-seconds": { type: "string" },
      seed: { type: "string", default: "1" },
      "slow-disk-ms": { type: "string", default: "0" },
      history: { type: "string" },
    },
  });
  const { help = false, history, "chaos-seconds": chaos } = values;
  const trial = {
    nodes: wholeNumber("nodes", values.nodes, 1),
    seconds:
      chaos === undefined
        ? wholeNumber("seconds", values.seconds, 1)
        : wholeNumber("chaos-seconds", chaos, 1),
    faults: chaos === undefined ? "story" : "chaos",
    seed: wholeNumber("seed", values.seed),
    slowDiskMs: wholeNumber("slow-disk-ms", values["slow-disk-ms"]),
  } as const;
  return { help, history, trial };
}

function report(result: TrialResult): string {
  const { history, verdict, lost, complaints } = result;
  const { kills, pauses, cuts } = result;
  const count = (test: (one: Operation) => boolean) =>
    history.filter(test).length;
  const code = (one: Operation) => Number(one.result?.code ?? 0);
  const done = count((one) => one.outcome === "ok");
  const other = count((one) => [20, 22].includes(code(one)));
  const away = count((one) => code(one) === 11);
  const unknown = count((one) => one.outcome === "info");
  const keys = new Set(history.map(({ args }) => args.key)).size;
  const lines = [
    "",
    `${history.length} operations on ${keys} keys`,
    `  ${done} done, ${other} found no value or another one`,
    `  ${away} turned away for want of a leader`,
    `  ${unknown} never answered`,
    `${kills} times killed, ${pauses} times paused, ${cuts} times cut off`,
    `complaints of the processes: ${complaints.length}`,
    `acknowledged writes that are lost: ${lost.length}`,
    `linearizable: ${verdict.verdict}`,
  ];
  if (verdict.verdict !== "illegal") return lines.join("\n");
  const { part, operations } = verdict.counterExample;
  const shown = formatHistory(operations.slice(-20));
  return [...lines, "", `No order explains key ${part}:`, shown].join(
    "\n",
  );
}

function wholeNumber(name: string, text: string, min = 0): number {
  if (!/^\d+$/.test(text) || Number(text) < min) {
    const from = min === 0 ? "" : ` from ${min} on`;
    throw new Error(
      `--${name} wants a whole number${from}, not "${text}"`,
    );
  }
  return Number(text);
}
