/** Command: a lab is begun, checked, helped on. */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type Arguments, command, oneOf, UsageError } from "./cli.ts";
import { examine } from "./doctor.ts";
import { isFile, readText, writeFile } from "./files.ts";
import { runSteps } from "./lab-run.ts";
import { type Lab, loadLabs, solutionOf, startOf, taskOf } from "./labs.ts";
import { formatMessages, hasErrors } from "./report.ts";

const help = `npm run lab                              lists the labs
npm run lab -- doctor                    is this machine ready?
npm run lab -- 02-consensus              begins a lab in lab/02-consensus, or checks one that is begun
npm run lab -- 02-consensus hint         the next of three hints
npm run lab -- 02-consensus solution     how the book does it
npm run lab -- 02-consensus again        begins anew; what was there is kept beside it

  --root DIR   another book that has this layout`;

const words = ["check", "hint", "solution", "again"];

async function lab({ positionals, root }: Arguments): Promise<number> {
  const [name, word, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`${others.join(" ")} is one word too many`);
  if (name === "doctor") return doctor(root);
  const labs = loadLabs(root);
  const files = labs.map(({ file }) => file);
  if (hasErrors(files)) {
    process.stderr.write(`${formatMessages(files)}\n`);
    return 1;
  }
  if (name === undefined) {
    for (const { id, title, day, minutes } of labs)
      say(`${id.padEnd(24)} day ${day}, ${minutes.typical} minutes  ${title}`);
    return 0;
  }
  const known = labs.map(({ id }) => id);
  const chosen = labs.find(({ id }) => id === oneOf("lab", name, [...known, "doctor"]));
  if (!chosen) return 1;
  const place = join(root, "lab", chosen.id);
  const isBegun = existsSync(place);
  const wanted = word === undefined ? (isBegun ? "check" : "begin") : oneOf("word", word, words);
  if (wanted === "solution") say(solutionOf(root, chosen));
  else if (wanted === "hint") return hint(chosen, place);
  else if (wanted === "check" && isBegun) return check(chosen, place);
  else if (wanted === "check") throw new UsageError(`Begin it first: npm run lab -- ${chosen.id}`);
  else begin(root, chosen, place);
  return 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function begin(root: string, lab: Lab, place: string): void {
  if (existsSync(place)) {
    let number = 1;
    while (existsSync(`${place}.${number}`)) number += 1;
    renameSync(place, `${place}.${number}`);
    say(`What was there is kept in lab/${lab.id}.${number}\n`);
  }
  for (const [path, text] of startOf(root, lab)) writeFile(join(place, path), text);
  const whereTo = [...new Set(lab.cuts.map(({ path }) => `- lab/${lab.id}/${path}`))];
  const check = `Check with \`npm run lab -- ${lab.id}\`, ask with \`npm run lab -- ${lab.id} hint\`.`;
  const task = taskOf(lab, whereTo, check).join("\n\n");
  writeFile(join(place, "README.md"), `${task}\n`);
  say(task);
}

async function check(lab: Lab, place: string): Promise<number> {
  const results = await runSteps(lab, place);
  for (const { title, isDone, why } of results) {
    say(`${isDone ? "done" : "open"}  ${title}`);
    if (why !== null) say(why.replace(/^/gm, "      "));
  }
  const open = results.filter(({ isDone }) => !isDone).length;
  say(`\n${results.length - open} of ${results.length} steps done`);
  if (open === 0)
    say(`\n${lab.texts.get("Recap") ?? ""}\n\nIf there is time: ${lab.texts.get("Stretch") ?? ""}`);
  return open === 0 ? 0 : 1;
}

/** The next hint; how many were given is kept in the lab's folder. */
function hint(lab: Lab, place: string): number {
  if (!existsSync(place)) throw new UsageError(`Begin it first: npm run lab -- ${lab.id}`);
  const kept = join(place, ".hints");
  const given = Math.min(2, isFile(kept) ? Number(readText(kept)) || 0 : 0);
  say(`Hint ${given + 1} of 3: ${lab.texts.get(`Hint ${given + 1}`) ?? ""}`);
  writeFile(kept, String(given + 1));
  return 0;
}

async function doctor(root: string): Promise<number> {
  const findings = await examine(root);
  for (const { question, isWell, answer } of findings)
    say(`${isWell ? "yes" : "NO "}  ${question}: ${answer}`);
  const isReady = findings.every(({ isWell }) => isWell);
  say(isReady ? "\nReady for the labs." : "\nNot ready yet.");
  return isReady ? 0 : 1;
}

await command(help, {}, lab);
