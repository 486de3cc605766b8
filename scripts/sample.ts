/** Command: list the samples, run one, record what it prints. */
import { join } from "node:path";
import { command, oneOf, UsageError } from "./cli.ts";
import { writeFile } from "./files.ts";
import { execute, listReal, listSamples, recordingOf, runReal } from "./samples.ts";

const help = `npm run sample                          lists the programs of the book
npm run sample -- raft --seed 7         runs one with a seed
npm run sample -- raft --seed 7 --update   records what it prints beside it
npm run sample -- raft-kv --real --nodes 5   runs it as real processes, kills some, and judges what they answered

  --seed N            the seed of all chance in the run
  --update            record the output for the transcripts of the book
  --root DIR          another book that has this layout
  --real              real processes on this computer in the place of the simulator; for these only:
  --nodes N           how many processes
  --seconds N         how long clients ask
  --chaos-seconds N   instead: kill, pause, cut off and bring back at random for so long
  --slow-disk-ms N    rest so long before and after each fsync, so that processes are killed there
  --history FILE      write down what was asked and answered, as JSON`;

/** Handed on to the program as they are. */
const realOptions = ["seed", "nodes", "seconds", "chaos-seconds", "slow-disk-ms", "history"];

await command(
  help,
  {
    ...Object.fromEntries(realOptions.map((name) => [name, { type: "string" }] as const)),
    update: { type: "boolean" },
    real: { type: "boolean" },
  },
  async ({ values, positionals, root }) => {
    const samples = listSamples(root);
    const [name, ...others] = positionals;
    if (name === undefined) {
      const width = Math.max(0, ...[...samples.keys()].map((known) => known.length));
      for (const [known, path] of samples)
        process.stdout.write(`${known.padEnd(width)}  ${path}\n`);
      return 0;
    }
    if (others.length > 0)
      throw new UsageError(`One sample at a time: ${others.join(" ")} is one too many`);
    if (values.real === true) {
      const real = listReal(root);
      const args = realOptions.flatMap((option) =>
        values[option] === undefined ? [] : [`--${option}`, String(values[option])],
      );
      return runReal(root, real.get(oneOf("real process", name, [...real.keys()])) ?? "", args);
    }
    const onlyReal = realOptions.find(
      (option) => option !== "seed" && values[option] !== undefined,
    );
    if (onlyReal !== undefined) throw new UsageError(`--${onlyReal} is for --real only`);
    const program = samples.get(oneOf("sample", name, [...samples.keys()])) ?? "";
    if (values.seed !== undefined && !/^\d+$/.test(String(values.seed)))
      throw new UsageError(`A seed is a whole number, not "${String(values.seed)}"`);
    const args = values.seed === undefined ? [] : ["--seed", String(values.seed)];
    const result = await execute(root, program, args);
    if (!result) throw new UsageError(`${name} did not end in time`);
    process.stdout.write(`${result.output}\n`);
    if (values.update === true) {
      const path = recordingOf(program, args);
      writeFile(join(root, path), `${result.output}\n`);
      process.stdout.write(`recorded in ${path}\n`);
    }
    return result.exitCode;
  },
);
