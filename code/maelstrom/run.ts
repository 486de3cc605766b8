/**
 * Our own Maelstrom: runs a workload on real processes, or in the
 * simulator, and tells whether its property held.
 */
// unprinted: for the chapter on testing
import { parseArgs } from "node:util";
import type { Finding } from "./check/finding.ts";
import { type Topology, topologies } from "./clients.ts";
import { type RealOptions, runReal } from "./harness/real.ts";
import { runSimulated } from "./simulated.scenario.ts";
import { type Workload, workloads } from "./workloads.ts";

const help = `Runs a workload and checks what the clients saw.

  node code/maelstrom/run.ts WORKLOAD [options]

Workloads: ${workloads.slice(0, 6).join(", ")},
           ${workloads.slice(6).join(", ")}

  --nodes N         servers (3; 1 for echo)
  --clients N       clients that ask at the same time (4)
  --seconds S       for so long they ask, and faults happen (5)
  --partition       cut the servers off from each other, now and then
  --kill            kill -9 servers and start them again, with their disk
  --pause           stop servers for a while and let them go on
  --latency-ms MS   mean delay of a message between servers (5)
  --loss P          so many of these messages are lost (0 to 0.9; 0)
  --think-ms MS     longest rest of a client between two questions (40)
  --topology T      ${topologies.join(", ")}: for broadcast (grid)
  --seed N          draws questions, delays and faults (1)
  --bin FILE        another node, in any language, instead of ours
  --simulate        in the simulator, with all its faults, no process
  --runs N          so many simulated runs, from --seed on (20)
  --help            this text

Exit code: 0 all was as it should be, 1 it was not, 2 not understood.
`;

async function main(words: readonly string[]): Promise<number> {
  const parsed = parse(words);
  if ("problem" in parsed) {
    console.error(`${parsed.problem}\n\n${help}`);
    return 2;
  }
  if (parsed.help) {
    console.log(help);
    return 0;
  }
  const { simulate, runs, options } = parsed;
  if (simulate) return simulated(options, runs);
  try {
    return await real(options);
  } catch (error) {
    // A node that does not start, or ends before it is asked to.
    console.log(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function real(options: RealOptions): Promise<number> {
  const { finding, histories, network } = await runReal(options);
  const { all } = histories;
  const count = (outcome: string) =>
    all.filter((operation) => operation.outcome === outcome).length;
  console.log(
    `${all.length} operations: ${count("ok")} ok, ` +
      `${count("fail")} failed, ${count("info")} unknown`,
  );
  const each = (network.sent / Math.max(1, all.length)).toFixed(1);
  console.log(
    `${network.sent} messages between servers (${each} an operation), ` +
      `${network.lost} lost, ${network.cut} cut off`,
  );
  return tell(options.workload, finding);
}

function simulated(options: RealOptions, runs: number): number {
  const { workload, seed, servers, clients, topology } = options;
  const forMs = options.forMs;
  for (let at = seed; at < seed + runs; at++) {
    const { finding, histories } = runSimulated({
      workload,
      seed: at,
      servers,
      clients,
      topology,
      forMs,
    });
    const { length } = histories.all;
    console.log(`seed ${at}: ${length} operations, ${finding.verdict}`);
    if (finding.verdict === "illegal") return tell(workload, finding);
  }
  return tell(workload, { verdict: "ok" });
}

function tell(workload: Workload, finding: Finding): number {
  console.log(`${workload}: ${finding.verdict}`);
  if (finding.verdict === "ok") return 0;
  console.log(`  ${finding.why}`);
  if (finding.verdict === "unknown") return 1;
  for (const operation of finding.operations.slice(0, 10)) {
    console.log(`  ${JSON.stringify(operation)}`);
  }
  return 1;
}

type Parsed =
  | { readonly problem: string }
  | {
      readonly help: boolean;
      readonly simulate: boolean;
      readonly runs: number;
      readonly options: RealOptions;
    };

function parse(words: readonly string[]): Parsed {
  try {
    return understood(words);
  } catch (error) {
    return {
      problem: error instanceof Error ? error.message : `${error}`,
    };
  }
}

function understood(words: readonly string[]): Parsed {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      nodes: { type: "string" },
      clients: { type: "string", default: "4" },
      seconds: { type: "string", default: "5" },
      partition: { type: "boolean", default: false },
      kill: { type: "boolean", default: false },
      pause: { type: "boolean", default: false },
      "latency-ms": { type: "string", default: "5" },
      loss: { type: "string", default: "0" },
      "think-ms": { type: "string", default: "40" },
      topology: { type: "string", default: "grid" },
      seed: { type: "string", default: "1" },
      bin: { type: "string" },
      simulate: { type: "boolean", default: false },
      runs: { type: "string", default: "20" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { help, simulate, bin } = values;
  const workload = oneOf(
    "workload",
    workloads,
    help ? "echo" : positionals[0],
  );
  if (positionals.length > 1)
    throw new Error("One workload at a time.");
  const number = (
    name: "clients" | "seconds" | "latency-ms" | "loss" | "think-ms",
    min: number,
    max: number,
  ) => numberIn(name, values[name], min, max);
  const faults = (["partition", "kill", "pause"] as const).filter(
    (name) => values[name],
  );
  const nodes = values.nodes ?? (workload === "echo" ? "1" : "3");
  const options: RealOptions = {
    workload,
    seed: whole("seed", values.seed, 0, 2 ** 32 - 1),
    servers: whole("nodes", nodes, 1, 50),
    clients: whole("clients", values.clients, 1, 90),
    forMs: number("seconds", 0.1, 600) * 1000,
    settleMs: 2000,
    latencyMs: number("latency-ms", 0, 1000),
    lossProbability: number("loss", 0, 0.9),
    thinkMsMax: number("think-ms", 0, 10_000),
    timeoutMs: 1000,
    faults,
    topology: oneOf(
      "topology",
      topologies,
      values.topology,
    ) as Topology,
    ...(bin === undefined ? {} : { bin }),
    tell: (line) => console.log(line),
  };
  const runs = whole("runs", values.runs, 1, 1_000_000);
  return { help, simulate, runs, options };
}

function oneOf<T extends string>(
  what: string,
  known: readonly T[],
  word: string | undefined,
): T {
  const found = known.find((one) => one === word);
  if (found) return found;
  const choice = known.join(", ");
  throw new Error(
    `"${word ?? ""}" is no ${what}; there are ${choice}.`,
  );
}

function numberIn(
  name: string,
  text: string,
  min: number,
  max: number,
): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new Error(`--${name} wants ${min} to ${max}, not "${text}".`);
}

function whole(
  name: string,
  text: string,
  min: number,
  max: number,
): number {
  const value = numberIn(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} wants a whole number, not "${text}".`);
}

if (import.meta.main)
  process.exitCode = await main(process.argv.slice(2));
