/** Command: the tests of a program over many seeds. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { command, oneOf, UsageError } from "./cli.ts";
import { listFiles } from "./files.ts";

const help = `npm run seeds                           lists the programs whose tests draw seeds
npm run seeds -- raft                   runs those of one over 10,000 seeds
npm run seeds -- raft --count 500       over so many

  --count N    how many seeds each test tries, from 1 on (10000)
  --root DIR   another book that has this layout`;

await command(help, { count: { type: "string" } }, ({ values, positionals, root }) => {
  const folders = [
    ...new Set(
      listFiles(join(root, "code"))
        .filter((path) => path.endsWith(".test.ts") && path.includes("/"))
        .map((path) => path.slice(0, path.indexOf("/"))),
    ),
  ];
  const [name, ...others] = positionals;
  if (name === undefined) {
    process.stdout.write(`${folders.join("\n")}\n`);
    return Promise.resolve(0);
  }
  if (others.length > 0)
    throw new UsageError(`One program at a time: ${others.join(" ")} is one too many`);
  const count = String(values.count ?? 10_000);
  if (!/^[1-9]\d*$/.test(count)) throw new UsageError(`A count is a whole number, not "${count}"`);
  const folder = oneOf("program", name, folders);
  return runSeeds(root, folder, count);
});

/** By title: a test that takes a seed says so. */
function runSeeds(root: string, folder: string, count: string): Promise<number> {
  const entry = createRequire(import.meta.url).resolve("vitest/package.json");
  const args = [
    join(dirname(entry), "vitest.mjs"),
    "run",
    ...["--project", "code", `code/${folder}/`, "-t", "seed", "--reporter", "dot"],
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, SEEDS: count },
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
