/**
 * Command: how long each stage takes, cold, unchanged and after one edit, for this book and for a book of 200,000 words made
 * of its own chapters; peak memory; the HTML alone beside other tools; and the speed of the simulator. Each build is a process
 * of its own, as an author runs it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolchainRoot } from "./book.ts";
import { type Arguments, command } from "./cli.ts";
import { exists, listFiles, readText, removeFolder, writeFile } from "./files.ts";

const help = `npm run bench                    times of every stage, for this book and for one of 200,000 words
npm run bench -- --words 50000   another size of the large book
npm run bench -- --small         this book alone
npm run bench -- --format html --draft
                                 the HTML alone, as a preview makes it

  --words N    words of the large book
  --small      leave the large book out
  --format F   pdf, epub, html; several with commas
  --draft      without the listing proof
  --root DIR   another book that has this layout`;

type Times = ReadonlyMap<string, number>;

async function bench({ values, root }: Arguments): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), "bench-"));
  const options = [
    ...(values.format === undefined ? [] : ["--format", String(values.format)]),
    ...(values.draft === true ? ["--draft"] : []),
  ];
  try {
    const small = join(work, "book");
    copyBook(root, small);
    report("this book", small, options);
    if (values.small !== true) {
      const large = join(work, "large");
      const words = growBook(small, large, Number(values.words ?? 200_000));
      report(`${words.toLocaleString("en-US")} words of it`, large, options);
      comparePeers(large);
    }
    await reportSimulator();
    return 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function copyBook(from: string, to: string): void {
  for (const name of ["chapters", "code", "editions", "figures", "slides", "theme"])
    if (exists(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
  // Tests of programs import packages as the book's own folder lets them.
  if (!exists(join(to, "node_modules")))
    symlinkSync(join(toolchainRoot, "node_modules"), join(to, "node_modules"), "junction");
}

/** Builds a book three times and prints a table: stages down, cold, unchanged and edited across. */
function report(title: string, root: string, options: readonly string[]): void {
  removeFolder(join(root, ".cache"));
  const chapter = listFiles(join(root, "chapters")).find((path) => /^\d.*\.md$/.test(path)) ?? "";
  const runs: (readonly [string, Times])[] = [
    ["cold", build(root, ...options)],
    ["unchanged", build(root, ...options)],
  ];
  const path = join(root, "chapters", chapter);
  writeFile(path, `${readText(path)}\nOne more sentence.\n`);
  runs.push(["one edit", build(root, ...options)]);
  const stages = [...new Set(runs.flatMap(([, times]) => [...times.keys()]))];
  const cell = (text: string): string => text.padStart(11);
  process.stdout.write(
    `\n${title.padEnd(30)}${runs.map(([name]) => cell(name)).join("")}${cell("edit/cold")}\n`,
  );
  for (const stage of stages) {
    const numbers = runs.map(([, times]) => times.get(stage));
    const [cold, , edited] = numbers;
    const unit = stage === "peak memory" ? "MB" : "s";
    const shown = numbers.map((value) =>
      cell(value === undefined ? "-" : `${value.toFixed(unit === "s" ? 1 : 0)} ${unit}`),
    );
    process.stdout.write(
      `${stage.padEnd(30)}${shown.join("")}${cell(cold && edited ? (edited / cold).toFixed(2) : "-")}\n`,
    );
  }
}

/** Markdown to HTML and nothing else: the floor under any tool that is made of the same parser. */
const bareUnified = `
import { readFileSync, writeFileSync } from "node:fs";
import remarkParse from "remark-parse";
import remarkGfm from "remark-gfm";
import remarkRehype from "remark-rehype";
import rehypeStringify from "rehype-stringify";
import { unified } from "unified";
const processor = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeStringify).freeze();
for (const path of process.argv.slice(1)) writeFileSync(path + ".html", String(processor.processSync(readFileSync(path))));
`;

/** Wall seconds for the HTML of the same Markdown, each tool a process of its own; a tool that is not there is left out. */
function comparePeers(root: string): void {
  const folder = join(root, "chapters");
  const files = listFiles(folder)
    .filter((path) => /^\d.*\.md$/.test(path))
    .map((path) => join(folder, path));
  const seconds = (command: string, args: readonly string[]): number | null => {
    const startMs = performance.now();
    const run = spawnSync(command, args, { cwd: toolchainRoot, stdio: "ignore" });
    return run.status === 0 ? (performance.now() - startMs) / 1000 : null;
  };
  removeFolder(join(root, ".cache"));
  const rows: (readonly [string, number | null])[] = [
    ["this toolchain, cold", build(root, "--format", "html", "--draft").get("all") ?? null],
    ["this toolchain, unchanged", build(root, "--format", "html", "--draft").get("all") ?? null],
    [
      "unified: parse, GFM, stringify",
      seconds(process.execPath, ["--input-type=module", "--eval", bareUnified, "--", ...files]),
    ],
    ["pandoc", seconds("pandoc", [...files, "-f", "gfm", "-s", "-o", join(root, "pandoc.html")])],
  ];
  const floor = rows[2]?.[1];
  process.stdout.write(
    `\n${"HTML of the same Markdown".padEnd(30)}${"all".padStart(11)}${"times bare".padStart(12)}\n`,
  );
  for (const [name, time] of rows)
    process.stdout.write(
      time === null
        ? `${name.padEnd(30)}${"not here".padStart(11)}\n`
        : `${name.padEnd(30)}${`${time.toFixed(1)} s`.padStart(11)}${(floor ? (time / floor).toFixed(1) : "-").padStart(12)}\n`,
    );
}

/** Seconds by stage, as the build tells them, the whole, and its peak memory. */
function build(root: string, ...options: readonly string[]): Times {
  const startMs = performance.now();
  const result = spawnSync(
    process.execPath,
    [join(toolchainRoot, "scripts/build.ts"), "complete", "--root", root, ...options],
    { encoding: "utf8", env: { ...process.env, CI: "1" } },
  );
  if (result.status !== 0) throw new Error(`The build failed:\n${result.stderr}`);
  const times = new Map<string, number>();
  for (const line of result.stderr.split("\n")) {
    const stage = /^ {2}(\S.*?) {2,}(?:\d+\/\d+)? +([\d.]+) s$/.exec(line);
    const memory = /peak memory (\d+) MB/.exec(line);
    if (stage) times.set(stage[1] ?? "", Number(stage[2]));
    if (memory) times.set("peak memory", Number(memory[1]));
  }
  times.set("all", (performance.now() - startMs) / 1000);
  return times;
}

/** The chapters over and over, each copy with ids of its own, until there are this many words. Returns how many there are. */
function growBook(from: string, to: string, wordsWanted: number): number {
  copyBook(from, to);
  removeFolder(join(to, "slides"));
  const chapters = listFiles(join(from, "chapters")).filter((path) => /^\d.*\.md$/.test(path));
  const texts = chapters.map((path) => readText(join(from, "chapters", path)));
  const countOf = (text: string): number => text.split(/\s+/).length;
  const ids = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\{#([a-z0-9-]+)|\bid="([a-z0-9-]+)"|^id: ([a-z0-9-]+)$/gm)].map(
        (match) => match[1] ?? match[2] ?? match[3] ?? "",
      ),
    ),
  );
  let words = texts.reduce((sum, text) => sum + countOf(text), 0);
  for (let copy = 2; words < wordsWanted; copy++) {
    texts.forEach((text, index) => {
      const renamed = text
        .replace(/\{#([a-z0-9-]+)/g, (_all, id: string) => `{#${id}-${copy}`)
        .replace(/\bid="([a-z0-9-]+)"/g, (_all, id: string) => `id="${id}-${copy}"`)
        .replace(/^id: ([a-z0-9-]+)$/m, (_all, id: string) => `id: ${id}-${copy}`)
        .replace(/:ref\[([a-z0-9-]+)\]/g, (all, id: string) =>
          ids.has(id) ? `:ref[${id}-${copy}]` : all,
        )
        .replace(/^needs:.*$/m, "")
        .replace(/:term\[([^\]]*)\]\{def="[^"]*"\}/g, ":index[$1]");
      writeFile(
        join(to, "chapters", `${copy}${index}-${chapters[index]?.replace(/^\d+-/, "") ?? ""}`),
        renamed,
      );
      words += countOf(renamed);
    });
  }
  writeFile(
    join(to, "editions/complete.yaml"),
    "id: complete\ntitle: The large book\nfront: [title, copyright, contents]\nback: [solutions, bibliography, index]\n",
  );
  for (const name of listFiles(join(to, "editions")))
    if (name !== "book.yaml" && name !== "complete.yaml") removeFolder(join(to, "editions", name));
  return words;
}

async function reportSimulator(): Promise<void> {
  const path = join(toolchainRoot, "code/kernel/throughput.ts");
  const { measureThroughput } = (await import(path)) as {
    measureThroughput: () => { messagesPerSecond: number };
  };
  const { messagesPerSecond } = measureThroughput();
  process.stdout.write(
    `\nsimulator: ${Math.round(messagesPerSecond).toLocaleString("en-US")} delivered messages a second, five-node echo\n`,
  );
}

await command(
  help,
  {
    words: { type: "string" },
    small: { type: "boolean" },
    format: { type: "string" },
    draft: { type: "boolean" },
  },
  bench,
);
