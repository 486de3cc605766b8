/** Command: what a session took, slide by slide, beside its plan. */
import { resolve } from "node:path";
import { command, UsageError } from "./cli.ts";
import { isFile, readText } from "./files.ts";
import { type PaceLog, paceTable, readPaceLog } from "./kit/pace.ts";

const help = `npm run pace -- rehearsal.json delivery.json   plan and logs of one deck beside each other

A deck's window saves a log with W, from the moment its first slide is left.`;

await command(help, {}, async ({ positionals, root }) => {
  if (positionals.length === 0) throw new UsageError("Which log? npm run pace -- rehearsal.json");
  const logs: PaceLog[] = [];
  const problems: string[] = [];
  for (const name of positionals) {
    const path = resolve(root, name);
    const read = isFile(path) ? readPaceLog(readText(path)) : { problem: "is not there" };
    if ("problem" in read) problems.push(`${name} ${read.problem}`);
    else if (logs[0] && logs[0].deck !== read.deck)
      problems.push(`${name} is of deck ${read.deck}, not of ${logs[0].deck}`);
    else logs.push(read);
  }
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  process.stdout.write(`${paceTable(logs)}\n`);
  return 0;
});
