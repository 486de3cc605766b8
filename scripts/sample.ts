/** Command: list the samples, run one, record what it prints. */
import { join } from "node:path";
import { command, oneOf, UsageError } from "./cli.ts";
import { writeFile } from "./files.ts";
import { execute, listSamples, recordingOf } from "./samples.ts";

const help = `npm run sample                          lists the programs of the book
npm run sample -- raft --seed 7         runs one with a seed
npm run sample -- raft --seed 7 --update   records what it prints beside it

  --seed N     the seed of all chance in the run
  --update     record the output for the transcripts of the book
  --root DIR   another book that has this layout`;

await command(
  help,
  { seed: { type: "string" }, update: { type: "boolean" } },
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
