/**
 * Decks: Markdown to slides. Each folder of tests/fixtures/slides has an `input.md`, the messages that it must give and the
 * slides that it must become; `UPDATE=1` writes both anew.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Element, ElementContent, Root } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import { VFile } from "vfile";
import { describe, expect, test } from "vitest";
import { gatherNeeds } from "../../scripts/gather.ts";
import { deckHtml, handoutHtml, transcriptHtml } from "../../scripts/output/deck.ts";
import { parseMarkdown } from "../../scripts/parse.ts";
import { svgPicture } from "../../scripts/pictures.ts";
import { regionsOf } from "../../scripts/regions.ts";
import { formatMessages } from "../../scripts/report.ts";
import type { DeckSources } from "../../scripts/transform/slide-parts.ts";
import { cutDeck } from "../../scripts/transform/slides.ts";

const folder = join(import.meta.dirname, "../fixtures/slides");

const program = `// #region receive
export function receive(own: number, sent: number): number {
  // #region merge
  const seen = Math.max(own, sent);
  // #endregion merge
  // #region tick
  return seen + 1;
  // #endregion tick
}
// #endregion receive
`;

const drawing =
  '<svg viewBox="0 0 10 5"><defs><marker id="head"/></defs><path marker-end="url(#head)" class="stroke-ink"/></svg>';

function sources(): DeckSources {
  const { regions } = regionsOf("code/clock.ts", program);
  return {
    region(path, name) {
      if (path !== "code/clock.ts") return { kind: "no-file", known: ["code/clock.ts"] };
      const region = regions.get(name);
      return region ? { kind: "found", region } : { kind: "no-region", known: [...regions.keys()] };
    },
    highlight: (code) =>
      code.split("\n").map((line): ElementContent[] => [{ type: "text", value: line }]),
    pictures: new Map([["figures/two.svg", svgPicture(drawing, "figures/two.svg", null)]]),
    included: new Map<string, Element>([
      [
        "clocks#fig-cut",
        h("figure.figure#fig-cut", [
          h("div.picture", { role: "img", ariaLabel: "A cut." }, [h("svg")]),
          h("figcaption", [
            h("span.label", "Figure 4.2"),
            h("span.proof", "npm run sample -- cut"),
          ]),
        ]),
      ],
    ]),
    runs: new Map(),
    widgets: new Map(),
    samples: new Set(["clock/tick"]),
    printed: [],
  };
}

function cut(markdown: string) {
  const file = new VFile({ path: "slides/deck.md", value: markdown });
  const used = sources();
  return { deck: cutDeck(parseMarkdown(file), file, used), file, used };
}

const html = (tree: Root | null): string => (tree ? toHtml(tree) : "(none)");

function expectFile(path: string, actual: string): void {
  if (process.env.UPDATE === "1") writeFileSync(path, actual);
  expect(actual).toBe(readFileSync(path, "utf8"));
}

describe("a deck of the fixtures", () => {
  for (const name of readdirSync(folder).sort()) {
    test(`becomes its slides: ${name}`, () => {
      const { deck, file } = cut(readFileSync(join(folder, name, "input.md"), "utf8"));
      const slides = deck.slides.map(({ body, notes, solution, instead, ...facts }) =>
        [
          JSON.stringify(facts),
          html(body),
          `notes: ${html(notes)}`,
          ...(instead ? [`instead: ${html(instead)}`] : []),
          ...(solution ? [`solution: ${html(solution)}`] : []),
        ].join("\n"),
      );
      expectFile(join(folder, name, "messages.txt"), `${formatMessages([file])}\n`);
      expectFile(join(folder, name, "output.html"), `${slides.join("\n\n")}\n`);
    });
  }
});

const front = "---\ntitle: T\nduration: 5m\n---\n\n";
const notes = "\n:::notes\nWords.\n:::\n";

const book = { title: "B", subtitle: "", authors: [], language: "en", publisher: "" };
const whole = {
  ...book,
  year: 2000,
  licenceText: "",
  licenceCode: "",
  identifier: "b",
  address: null,
};
const meta = {
  ...whole,
  codeColumnsMax: 76,
  proseAvoid: [],
  definedInOrderOf: "",
  everydayWords: [],
  wideCode: "refuse",
  proof: "off",
} as const;

describe("what a deck promises", () => {
  test("asks for its pictures, diagrams, languages and runs before it is cut", () => {
    const file = new VFile({
      path: "slides/deck.md",
      value: `${front}![x](../figures/a.svg)\n\n:::figure{src="figures/b.ts"}\n:::\n\n\`\`\`mermaid\ngraph\n\`\`\`\n\n\`\`\`ts file="a" region="b"\n\`\`\`\n`,
    });
    expect(gatherNeeds([{ tree: parseMarkdown(file), folder: "slides" }])).toMatchObject({
      pictures: ["figures/a.svg", "figures/b.ts"],
      diagrams: ["graph"],
      languages: ["ts"],
      runs: [],
    });
  });

  test("tells the proof which regions it shows", () => {
    const { used } = cut(
      `${front}## A {#a time=1m}\n\n\`\`\`ts file="code/clock.ts" region="tick"\n\`\`\`\n${notes}`,
    );
    expect(used.printed.map(({ region }) => region.name)).toEqual(["tick"]);
  });

  test("adds the minutes of each course up on its own", () => {
    const courses = front.replace("---\n\n", "course: [long, short]\n---\n\n");
    const slides = `## A {#a time=4m}\n${notes}\n---\n\n## B {#b time=2m in="long"}\n${notes}`;
    const { file } = cut(courses + slides);
    expect(file.messages.map((message) => message.reason)).toEqual([
      'The slides of course "long" take longer than the deck',
    ]);
  });

  test("keeps solutions off the slides and out of what is said", () => {
    const { deck } = cut(readFileSync(join(folder, "whole/input.md"), "utf8"));
    const bodies = deck.slides.map((slide) => html(slide.body)).join("");
    expect(bodies).not.toContain("SOLUTION");
    expect(deck.slides.map((slide) => html(slide.notes)).join("")).not.toContain("SOLUTION");
    expect(deck.slides.map((slide) => html(slide.solution)).join("")).toContain("SOLUTION");
  });

  test("gives listeners nothing of what is said or solved", () => {
    const { deck } = cut(readFileSync(join(folder, "whole/input.md"), "utf8"));
    const three = handoutHtml(deck, meta, { kind: "three", paper: "A4" });
    const notesToo = handoutHtml(deck, meta, { kind: "notes", paper: "A4" });
    for (const words of ["SOLUTION", "Point at it", "one more"]) {
      expect(three).not.toContain(words);
      expect(notesToo).toContain(words);
    }
  });

  test("refuses a program that does not run in a page, and a state of what is no widget", () => {
    const { file } = cut(
      `${front}## A {#a time=1m}\n\n::run{sample="clock/tock"}\n\n::include{ref="clocks#fig-cut" state="step=1"}\n${notes}`,
    );
    expect(file.messages.map(({ ruleId, actual }) => [ruleId, actual])).toEqual([
      ["sample-exists", "clock/tock"],
      ["slide-include-exists", "clocks#fig-cut"],
    ]);
  });

  test("names ids of a picture anew on each slide, and what points at them", () => {
    const figure = ':::figure{src="figures/two.svg" alt="x"}\n:::\n';
    const { deck } = cut(
      `${front}## A {#a time=1m}\n\n${figure}${notes}\n---\n\n## B {#b time=1m}\n\n${figure}${notes}`,
    );
    const [first = "", second = ""] = deck.slides.map((slide) => html(slide.body));
    const id = (text: string) => /marker id="([^"]+)"/.exec(text)?.[1];
    expect(id(first)).not.toBe(id(second));
    expect(first).toContain(`url(#${id(first)})`);
  });

  test("gives the speaker the time at which each slide begins", () => {
    const { deck } = cut(readFileSync(join(folder, "whole/input.md"), "utf8"));
    expect(deckHtml(deck, meta)).toContain("3:00 to 5:00, 2 min. Only in: bootcamp.");
    expect(deckHtml(deck, meta)).toContain('data-timing="90"');
    expect(transcriptHtml(deck, meta)).toContain(
      "1:00 to 3:00, 2 min. Late? Skip this slide (cut 2).",
    );
  });
});
