/** Command: everything that an author wants to know before a commit; writes nothing. */
import type { Browser } from "puppeteer";
import { makeBook, reportMistakes } from "./book.ts";
import { closeBrowser, openBrowser } from "./browser.ts";
import { command } from "./cli.ts";
import { cutDecks } from "./decks.ts";
import { createProgress } from "./progress.ts";
import { hasErrors } from "./report.ts";
import { rules } from "./rules.ts";

const help = `npm run check              checks the whole book: text, references, listings, transcripts, figures, proof
npm run check -- --draft   the same without running the tests of the programs
npm run check -- --rules   lists the rules

  --draft      leave the listing proof out
  --rules      print every rule with one sentence
  --root DIR   another book that has this layout`;

await command(
  help,
  { draft: { type: "boolean" }, rules: { type: "boolean" } },
  async ({ values, root }) => {
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
    const decks = hasErrors(made.files) ? [] : cutDecks(made);
    if (reportMistakes([...made.files, ...decks.map((deck) => deck.file)])) return 1;
    const words = made.editions[0]?.sections.reduce((sum, section) => sum + section.words, 0) ?? 0;
    const facts = made.pool.chapters.flatMap((chapter) => chapter.facts);
    const twice = facts.filter((fact) => fact.second !== null).length;
    process.stdout.write(
      `no mistakes: ${made.chapters.size} chapters, ${words} words, ${made.colophon.listings} listings of ${made.colophon.printedLines} lines, ${facts.length} facts looked up, ${twice} of them by a second reader\n`,
    );
    return 0;
  },
);
