/** What an edition takes of a chapter, and how long that takes to read. */
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toHtml } from "hast-util-to-html";
import { VFile } from "vfile";
import { describe, expect, test } from "vitest";
import { partsOf } from "../../scripts/assemble.ts";
import { checkEdition } from "../../scripts/edition-checks.ts";
import type { Edition, Section, Selection } from "../../scripts/model.ts";
import { minutesOf, pace } from "../../scripts/reading-time.ts";
import { sectionIds, selectSections } from "../../scripts/select.ts";
import { editionFixture } from "./edition-fixture.ts";

const html = (text: string): Root => fromHtml(text, { fragment: true });
const whole: Selection = { id: "c", sections: null, without: [], hide: [] };

const chapter = `<p>Lead.</p><h2 id="c-one">One</h2><p>First.</p><h3 id="c-in">In</h3><p>Inner.</p><section class="when-not"><h2 id="c-when-not">When not</h2><p>Never.</p></section><h2 id="c-exercises">Exercises</h2><section class="exercise" id="ex-a"><h3>E</h3></section><div class="noted"><aside class="note"><p>Aside.</p></aside><p>Beside.</p></div>`;

function selected(selection: Partial<Selection>, text = chapter): string {
  const tree = html(text);
  selectSections(tree, { ...whole, ...selection });
  return toHtml(tree);
}

describe("the part of a chapter that an edition takes", () => {
  test("sections are h2 and blocks with an h2 of their own", () => {
    expect(sectionIds(html(chapter))).toEqual(["c-one", "c-when-not", "c-exercises"]);
  });

  test("a whole chapter stays as it is", () => {
    expect(selected({})).toBe(chapter);
  });

  test("of named sections all is taken, and the lead", () => {
    expect(selected({ sections: ["c-one"] })).toBe(
      `<p>Lead.</p><h2 id="c-one">One</h2><p>First.</p><h3 id="c-in">In</h3><p>Inner.</p>`,
    );
  });

  test("what is left out goes with all that follows its head", () => {
    expect(selected({ without: ["c-one", "c-exercises"] })).toBe(
      `<p>Lead.</p><section class="when-not"><h2 id="c-when-not">When not</h2><p>Never.</p></section>`,
    );
  });

  test("hidden kinds go; a margin note leaves its paragraph", () => {
    const left = selected({ hide: ["exercise", "aside", "when-not"] });
    expect(left).not.toContain("ex-a");
    expect(left).not.toContain("Aside.");
    expect(left).not.toContain("Never.");
    expect(left).toContain("Beside.");
  });

  test("a head goes with the last of its blocks", () => {
    const text = `<h2 id="c-exercises">Exercises</h2>\n<section class="exercise" id="ex-a"></section>\n<h2 id="c-recap">Recap</h2><p>So.</p>`;
    expect(selected({ hide: ["exercise"] }, text)).not.toContain("c-exercises");
    expect(selected({ hide: ["exercise"] }, text)).toContain("c-recap");
  });

  test("notes stay whose call stays", () => {
    const call = (n: number) =>
      `<sup><a class="footnote-ref" href="#c-fn-${n}" id="c-fnref-${n}">${n}</a></sup>`;
    const text = `<h2 id="c-a">A</h2><p>a${call(1)}</p><h2 id="c-b">B</h2><p>b${call(2)}</p><section class="footnotes"><h2 class="footnotes-title" id="c-notes">Notes</h2><ol><li id="c-fn-1">One</li><li id="c-fn-2">Two</li></ol></section>`;
    expect(selected({ sections: ["c-b"] }, text)).toContain("Two");
    expect(selected({ sections: ["c-b"] }, text)).not.toContain("One");
    expect(selected({ sections: [] }, text)).toBe("");
  });
});

describe("the time that a text takes", () => {
  test("words, lines of code, lines of output and pictures each have their pace", () => {
    const words = Array.from({ length: pace.wordsPerMinute }, () => "word").join(" ");
    expect(minutesOf(html(`<p>${words}</p>`)).reading).toBeCloseTo(1);
    expect(minutesOf(html("<pre>a\n\nb</pre>")).reading * 60).toBeCloseTo(
      2 * pace.secondsPerCodeLine,
    );
    expect(
      minutesOf(html(`<figure class="transcript"><pre>a\nb\nc</pre></figure>`)).reading * 60,
    ).toBeCloseTo(3 * pace.secondsPerTranscriptLine);
    expect(
      minutesOf(html(`<div class="picture"><svg><text>many words here</text></svg></div>`))
        .reading * 60,
    ).toBeCloseTo(pace.secondsPerFigure);
  });

  test("exercises count as work, solutions and proofs as nothing", () => {
    const text = `<section class="exercise"><h3><span class="minutes">predict, 8 min</span></h3><p>Do this.</p></section><section class="solution"><p>So.</p></section><span class="proof">code/x.ts</span>`;
    expect(minutesOf(html(text))).toEqual({ reading: 0, handsOn: 8 });
  });
});

describe("a part that has to keep a time", () => {
  const book = editionFixture();
  const minutes = (section: Section, reading: number): Section => ({
    ...section,
    minutes: { reading, handsOn: 0 },
  });
  const timed = (reading: number, from: number, to: number) => {
    const parts: Edition["parts"] = book.edition.parts.map((part) => ({
      ...part,
      minutes: { from, to },
    }));
    const sections = book.sections.map((section) =>
      section.kind === "chapter" ? minutes(section, reading) : section,
    );
    const file = new VFile({ path: "editions/fixture.yaml", value: "id: fixture" });
    checkEdition({ ...book, edition: { ...book.edition, parts }, sections }, file);
    return file.messages.map((message) => message.ruleId);
  };

  test("is refused when it takes longer or shorter", () => {
    expect(timed(30, 50, 70)).toEqual([]);
    expect(timed(25, 50, 70)).toEqual([]);
    expect(timed(24.9, 50, 70)).toEqual(["edition-minutes"]);
    expect(timed(35, 50, 70)).toEqual([]);
    expect(timed(35.1, 50, 70)).toEqual(["edition-minutes"]);
  });

  test("counts its own chapters", () => {
    const [part] = partsOf(book.edition, book.sections);
    expect(part?.sections.map((section) => section.id)).toEqual([
      "part-agreement",
      "consensus",
      "clocks",
    ]);
  });
});
