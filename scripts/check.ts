/** Command: everything that an author wants to know before a commit; writes nothing. */
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { partsOf } from "./assemble.ts";
import { makeBook, reportMistakes } from "./book.ts";
import { closeBrowser, openBrowser } from "./browser.ts";
import { command, oneOf, UsageError } from "./cli.ts";
import { cutDecks } from "./decks.ts";
import { isFile } from "./files.ts";
import { checkKit } from "./kit/check.ts";
import type { EditionBook, Minutes } from "./model.ts";
import { createProgress } from "./progress.ts";
import { minutesBySection, sum } from "./reading-time.ts";
import { hasErrors } from "./report.ts";
import { rules } from "./rules.ts";

const help = `npm run check              checks the whole book: text, references, listings, transcripts, figures, proof
npm run check -- --draft   the same without running the tests of the programs
npm run check -- kit       the finished dist/kit.zip, unpacked as an instructor does: labs, links, times, secrets
npm run check -- --rules   lists the rules
npm run check -- --minutes lists how long each part, chapter and section takes to read

  --draft      leave the listing proof out
  --minutes    print the minutes of each edition, after the check
  --rules      print every rule with one sentence
  --root DIR   another book that has this layout`;

await command(
  help,
  { draft: { type: "boolean" }, minutes: { type: "boolean" }, rules: { type: "boolean" } },
  async ({ values, positionals, root }) => {
    const [what] = positionals.map((name) => oneOf("check", name, ["kit"]));
    if (what === "kit") return kit(root);
    if (values.rules === true) {
      for (const [id, sentence] of Object.entries(rules))
        process.stdout.write(`${id.padEnd(28)} ${sentence}\n`);
      return 0;
    }
    const progress = createProgress(process.stderr);
    let browser: Promise<Browser> | null = null;
    const open = (): Promise<Browser> => {
      browser ??= openBrowser({ onWarning: progress.note });
      return browser;
    };
    const made = await makeBook({ root, browser: open, progress, prove: values.draft !== true });
    progress.done();
    if (browser) await closeBrowser(await open());
    // Decks take figures and listings from chapters, so they are looked at when chapters are right.
    const decks = hasErrors(made.files) ? [] : cutDecks(made).files;
    if (reportMistakes([...made.files, ...decks])) return 1;
    const words = made.editions[0]?.sections.reduce((sum, section) => sum + section.words, 0) ?? 0;
    if (values.minutes === true)
      for (const edition of made.editions) process.stdout.write(`${minutesTable(edition)}\n`);
    const facts = made.pool.chapters.flatMap((chapter) => chapter.facts);
    const twice = facts.filter((fact) => fact.second !== null).length;
    process.stdout.write(
      `no mistakes: ${made.chapters.size} chapters, ${words} words, ${made.colophon.listings} listings of ${made.colophon.printedLines} lines, ${facts.length} facts looked up, ${twice} of them by a second reader\n`,
    );
    return 0;
  },
);

async function kit(root: string): Promise<number> {
  const archive = join(root, "dist/kit.zip");
  if (!isFile(archive)) throw new UsageError("There is no dist/kit.zip: npm run build -- slides");
  const { problems, labs, links, pages } = await checkKit(archive);
  for (const [path, count] of pages)
    process.stdout.write(`${String(count).padStart(5)}  ${path}\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const sum = [...pages.values()].reduce((all, count) => all + count, 0);
  process.stdout.write(
    `${problems.length} problems; ${labs} labs open at the start and done with their solution, ${links} links, ${sum} pages\n`,
  );
  return problems.length === 0 ? 0 : 1;
}

/** Minutes of an edition's parts, chapters and sections, one a line. */
function minutesTable({ edition, sections }: EditionBook): string {
  const line = (indent: number, { reading, handsOn }: Minutes, name: string): string =>
    `${reading.toFixed(1).padStart(6)}${handsOn > 0 ? ` +${handsOn}` : ""}`.padEnd(12) +
    " ".repeat(indent) +
    name;
  return [
    `\n${edition.id}: minutes to read, and hands-on`,
    ...partsOf(edition, sections).flatMap(({ part, sections: own }) => [
      line(0, sum(own.map((section) => section.minutes)), part.id),
      ...own.flatMap((section) => [
        line(2, section.minutes, section.id),
        ...minutesBySection(section.tree).map(({ id, minutes }) => line(4, minutes, id)),
      ]),
    ]),
  ].join("\n");
}
