/** The order of scripts/: a module imports only from modules above it, so that the folder reads top to bottom. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, test } from "vitest";

const scripts = join(import.meta.dirname, "../../scripts");

/** Top to bottom. ARCHITECTURE.md tells what each is for. */
const order = [
  "model.ts",
  "rules.ts",
  "report.ts",
  "files.ts",
  "escape.ts",
  "script-files.ts",
  "fields.ts",
  "tree.ts",
  "closure.ts",
  "one-file.ts",
  "regions.ts",
  "sources.ts",
  "parse.ts",
  "skills.ts",
  "load.ts",
  "highlight.ts",
  "fonts.ts",
  "browser.ts",
  "diagrams.ts",
  "widget/contract.ts",
  "widget/state.ts",
  "widget/markup.ts",
  "widget/still.ts",
  "widget/controller.ts",
  "widget/core.ts",
  "run/messages.ts",
  "run/strip.ts",
  "run/test-api.ts",
  "run/runtime.ts",
  "run/page.ts",
  "transform/hast.ts",
  "transform/fences.ts",
  "transform/headings.ts",
  "transform/directives.ts",
  "transform/raw.ts",
  "transform/prose.ts",
  "transform/links.ts",
  "transform/listings.ts",
  "transform/transcripts.ts",
  "transform/figures.ts",
  "transform/widgets.ts",
  "transform/blocks.ts",
  "transform/inline.ts",
  "transform/to-hast.ts",
  "transform/math.ts",
  "transform/labels.ts",
  "transform/references.ts",
  "transform/citations.ts",
  "transform/index-terms.ts",
  "gather.ts",
  "transform/slide-parts.ts",
  "transform/slide-listings.ts",
  "transform/slide-blocks.ts",
  "transform/slides.ts",
  "samples.ts",
  "labs.ts",
  "lab-run.ts",
  "doctor.ts",
  "pictures.ts",
  "pipeline.ts",
  "kept-chapters.ts",
  "proof.ts",
  "mutation.ts",
  "terms.ts",
  "pages.ts",
  "select.ts",
  "term-order.ts",
  "reading-time.ts",
  "assemble.ts",
  "edition-checks.ts",
  "progress.ts",
  "book.ts",
  "artefacts.ts",
  "output/document.ts",
  "output/deep-links.ts",
  "output/program-pages.ts",
  "kept.ts",
  "bundle.ts",
  "widgets.ts",
  "runnable.ts",
  "output/run-pages.ts",
  "output/search-rank.ts",
  "output/screen-scripts.ts",
  "output/search.ts",
  "output/controls.ts",
  "output/margin-notes.ts",
  "output/previews.ts",
  "output/term-links.ts",
  "output/live-links.ts",
  "output/html.ts",
  "output/epub-package.ts",
  "output/epub.ts",
  "output/print-tree.ts",
  "output/print.ts",
  "output/print-callouts.ts",
  "output/print-plan.ts",
  "output/print-layout.ts",
  "output/print-pages.ts",
  "output/pdf-finish.ts",
  "output/pdf.ts",
  "output/deck.ts",
  "output/deck-print.ts",
  "output/deck-check.ts",
  "output/start.ts",
  "page-scripts.ts",
  "programs.ts",
  "courses.ts",
  "kit/agenda.ts",
  "kit/sheets.ts",
  "kit/lab-files.ts",
  "kit/pace.ts",
  "kit/make.ts",
  "kit/check.ts",
  "decks.ts",
  "cli.ts",
  "preview/frame.ts",
  "preview/programs.ts",
  "preview/whole.ts",
  "preview/again.ts",
  "preview/served.ts",
  "preview/messages.ts",
  "preview/morph.ts",
  "preview/part.ts",
  "preview/client.ts",
  "preview/server.ts",
  "preview/watch.ts",
  "preview/edit.ts",
  "preview/preview.ts",
  "build.ts",
  "check.ts",
  "sample.ts",
  "seeds.ts",
  "lab.ts",
  "pace.ts",
  "dev.ts",
  "test.ts",
  "bench.ts",
  "mutants.ts",
];
const commands = [
  "build.ts",
  "check.ts",
  "sample.ts",
  "seeds.ts",
  "lab.ts",
  "pace.ts",
  "dev.ts",
  "test.ts",
  "bench.ts",
  "mutants.ts",
];

/** Bundled for the browser; the second draws stills in a process of its own, the last makes books in a thread. */
const entries = [
  "widget/core.ts",
  "widget/still.ts",
  "run/strip.ts",
  "run/runtime.ts",
  "preview/client.ts",
  "preview/whole.ts",
];

function importsOf(path: string): string[] {
  const text = readFileSync(join(scripts, path), "utf8");
  return [...text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map((match) =>
    posix.normalize(posix.join(dirname(path), match[1] ?? "")),
  );
}

const files = readdirSync(scripts, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
  .sort();

describe("the modules of scripts/", () => {
  test("all stand in the order, once", () => {
    expect([...order].sort()).toEqual(files);
  });

  test("import only from above", () => {
    const upward = files.flatMap((path) =>
      importsOf(path)
        .filter((imported) => order.indexOf(imported) >= order.indexOf(path))
        .map((imported) => `${path} imports ${imported}, which stands below it`),
    );
    expect(upward).toEqual([]);
  });

  test("are imported by somebody, or are commands", () => {
    const imported = new Set(files.flatMap(importsOf));
    expect(
      files.filter((path) => !imported.has(path) && ![...commands, ...entries].includes(path)),
    ).toEqual([]);
  });

  test("an import from below would be found", () => {
    expect(order.indexOf("build.ts")).toBeGreaterThan(order.indexOf("model.ts"));
    expect(importsOf("build.ts")).toContain("book.ts");
  });
});
