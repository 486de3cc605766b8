/** Pages on which the programs of an edition are edited and run, and the links that lead there. Pure. */
import type { Element, ElementContent, Root } from "hast";
import { h } from "hastscript";
import type { ProgramData } from "../run/page.ts";
import { sharedScript } from "../script-files.ts";
import { elements, hasClass, property } from "../tree.ts";

/** What the edition is handed: who can run, with their data, and the scripts that all of them share. */
export type Runnable = {
  readonly names: ReadonlySet<string>;
  readonly program: (name: string) => ProgramData;
  readonly scripts: ReadonlyMap<string, string>;
};

/** Programs that the trees print or run and that can be run in a page, by name. */
export function runnablePrograms(trees: readonly Root[], runnable: Runnable): ProgramData[] {
  return [...new Set(trees.flatMap((tree) => programsIn(tree)))]
    .filter((name) => runnable.names.has(name))
    .sort()
    .map(runnable.program);
}

/** Scripts of the page of a program, in the order in which they load. */
export function runScriptsOf(name: string): string[] {
  return ["kernel", name, "page"].map((each) => `assets/run/${each}.js`);
}

export function runData(program: ProgramData): string {
  return sharedScript("program", program);
}
/** File name of the page of a program. */
export function runPageName(name: string): string {
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
    return names.has(name) ? `${runPageName(name)}#sample=${sample}${seed}` : null;
  }
  const file = property(node, "dataFile");
  const name = file?.split("/")[1] ?? "";
  const line = property(node, "dataLine");
  if (file === null || !names.has(name) || name === "kernel") return null;
  return `${runPageName(name)}#file=${file}${line === null ? "" : `&line=${line}`}`;
}

/** The text of the page, between bar and dialogs. */
export function runBody(program: ProgramData): ElementContent[] {
  return [
    h("main#main", [
      h("h1", `Run ${program.name}`),
      h("p.run-without", "The programs run here by a script, which this browser does not allow."),
      h("div.run-bar", buttons(program)),
      h("p#state", { role: "status" }),
      h("div.run-work", [
        h("section.run-source", [
          h("h2", "Source"),
          h("div.run-files", [
            h("label", ["File ", h("select#file", fileOptions(program))]),
            button("reset", "Reset this file"),
            button("reset-all", "Reset all"),
          ]),
          h("div#editor", [h("pre.run-before", { tabIndex: 0 }, sourceOf(program))]),
          h("p#editor-help", "Tab leaves the editor, Shift and Tab go back before it."),
        ]),
        h("section#result.run-result", [
          h("h2", "What it did"),
          h("div#failure"),
          h("ol#results"),
          h("div.run-outputs", [
            h("div", [h("h3", "This run"), outputPane("output", "This run")]),
            h("div", [h("h3", "In the book"), outputPane("recorded", "In the book")]),
          ]),
        ]),
      ]),
    ]),
  ];
}

function outputPane(id: string, words: string): Element {
  return h(`pre#${id}`, { dataLabel: words });
}

/** What the editor will open, to be read until its script is there and where there is none. */
function sourceOf({ files, samples }: ProgramData): string {
  return files[samples[0]?.path ?? ""] ?? Object.values(files)[0] ?? "";
}

function buttons({ samples, tests }: ProgramData): ElementContent[] {
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
    button("stop", "Stop"),
    button("to-result", "Show what it did"),
  ];
}

function fileOptions({ files }: ProgramData): ElementContent[] {
  return Object.keys(files).map((path) => option(path, path));
}

function option(value: string, words: string): Element {
  return h("option", { value }, words);
}

/** Nothing can be pressed before the script is there that does it. */
function button(id: string, words: string): Element {
  return h(`button#${id}`, { type: "button", disabled: true }, words);
}
