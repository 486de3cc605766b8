/** Pages on which the programs of an edition are edited and run, and the links that lead there. Pure. */
import type { Element, ElementContent, Root } from "hast";
import { h } from "hastscript";
import type { EditionBook } from "../model.ts";
import type { ProgramData } from "../run/page.ts";
import { sharedScript } from "../script-files.ts";
import { elements, hasClass, property } from "../tree.ts";
import { htmlDocument } from "./document.ts";

/** What the edition is handed: who can run, with their data, and the scripts that all of them share. */
export type Runnable = {
  readonly names: ReadonlySet<string>;
  readonly program: (name: string) => ProgramData;
  readonly scripts: ReadonlyMap<string, string>;
};

/** A program is text that becomes a script: this page alone may make one of its own, and reaches no network either. */
const policy = [
  "default-src 'none'",
  "script-src 'self' file: blob:",
  "worker-src blob:",
  "style-src 'self' file: 'unsafe-inline'",
  "font-src 'self' file:",
  "img-src 'self' file: data:",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

/** Files by path below html/: a page and its data for each program that the trees print or run. */
export function runFiles(
  book: EditionBook,
  trees: readonly Root[],
  runnable: Runnable,
): Map<string, string> {
  const names = [...new Set(trees.flatMap((tree) => programsIn(tree)))]
    .filter((name) => runnable.names.has(name))
    .sort();
  const files = new Map<string, string>();
  if (names.length === 0) return files;
  for (const [path, text] of runnable.scripts) files.set(path, text);
  for (const name of names) {
    const program = runnable.program(name);
    files.set(`assets/run/${name}.js`, sharedScript("program", program));
    files.set(pageOf(name), runPage(book, program));
  }
  return files;
}

function pageOf(name: string): string {
  return `run-${name}.html`;
}

/** Folders of code/ that listings and transcripts of a tree come from. */
function programsIn(tree: Root): string[] {
  return elements(tree, (node) => node.tagName === "figure").flatMap((node) => {
    const name = (property(node, "dataFile")?.split("/")[1] ?? programOfRun(node)) || null;
    return name === null ? [] : [name];
  });
}

function programOfRun(node: Element): string | undefined {
  return property(node, "dataRun")?.split(/[\s/]/)[0];
}

/** Add to each listing and transcript a link to where it can be changed and run. */
export function addRunLinks(tree: Root, names: ReadonlySet<string>): void {
  for (const node of elements(tree, ({ tagName }) => tagName === "figure")) {
    const href = runHref(node, names);
    if (href === null) continue;
    const words = hasClass(node, "transcript") ? "Run it" : "Change and run";
    const link = h("a.run-link", { href }, words);
    const caption = node.children.find(
      (child): child is Element => child.type === "element" && child.tagName === "figcaption",
    );
    if (caption) caption.children.push({ type: "text", value: " " }, link);
    else node.children.push(h("figcaption", [link]));
  }
}

function runHref(node: Element, names: ReadonlySet<string>): string | null {
  const run = property(node, "dataRun");
  if (run !== null && hasClass(node, "transcript")) {
    const [sample = "", ...rest] = run.split(/\s+/);
    const name = sample.split("/")[0] ?? "";
    const seed = rest[0] === "--seed" ? `&seed=${rest[1] ?? ""}` : "";
    return names.has(name) ? `${pageOf(name)}#sample=${sample}${seed}` : null;
  }
  const file = property(node, "dataFile");
  const name = file?.split("/")[1] ?? "";
  const line = property(node, "dataLine");
  if (file === null || !names.has(name) || name === "kernel") return null;
  return `${pageOf(name)}#file=${file}${line === null ? "" : `&line=${line}`}`;
}

function runPage(book: EditionBook, program: ProgramData): string {
  const title = `Run ${program.name}`;
  const scripts = ["kernel", program.name, "worker", "page"].map(
    (name) => `<script src="assets/run/${name}.js" defer></script>`,
  );
  return htmlDocument({
    language: book.book.language,
    title: `${title} · ${book.book.title}`,
    description: `The program ${program.name} of ${book.book.title}, to change and to run.`,
    head: [
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      `<meta name="color-scheme" content="light dark">`,
      `<link rel="stylesheet" href="assets/book.css">`,
      `<script src="assets/screen.js"></script>`,
      ...scripts,
    ].join("\n"),
    bodyClass: "run-page",
    body: [
      h("a.skip", { href: "#main" }, "Skip to the program"),
      h("header.bar", [h("a.book-title", { href: "index.html" }, book.book.title)]),
      h("main#main", [
        h("h1", title),
        h("p.run-without", "The programs run here by a script, which this browser does not allow."),
        h("div.run-bar", bar(program)),
        h("p#state", { role: "status" }),
        h("div.run-work", [
          h("section.run-source", [
            h("h2", "Source"),
            h("div.run-files", [
              h("label", ["File ", h("select#file", fileOptions(program))]),
              button("reset", "Reset this file"),
              button("reset-all", "Reset all"),
            ]),
            h("div#editor"),
          ]),
          h("section.run-result", [
            h("h2", "What it did"),
            h("div#failure"),
            h("ol#results"),
            h("div.run-outputs", [
              h("div", [h("h3", "This run"), h("pre#output")]),
              h("div", [h("h3", "In the book"), h("pre#recorded")]),
            ]),
          ]),
        ]),
      ]),
    ],
  });
}

function bar({ samples, tests }: ProgramData): ElementContent[] {
  return [
    h("label", [
      "Program ",
      h(
        "select#sample",
        samples.map(({ name }) => option(name, name)),
      ),
    ]),
    h("label", [
      "Seed ",
      h("input#seed", { type: "number", min: 0, max: 999_999_999, value: "1" }),
    ]),
    button("run", "Run"),
    h("label", [
      "Tests ",
      h("select#tests", [option("", "all"), ...tests.map((path) => option(path, path))]),
    ]),
    button("test", "Run the tests"),
    h("button#stop", { type: "button", disabled: true }, "Stop"),
  ];
}

function fileOptions({ files }: ProgramData): ElementContent[] {
  return Object.keys(files).map((path) => option(path, path));
}

function option(value: string, words: string): Element {
  return h("option", { value }, words);
}

function button(id: string, words: string): Element {
  return h(`button#${id}`, { type: "button" }, words);
}
