/** A page for each file of code/ that an edition prints a region of: the whole program, with the printed lines marked. */
import { posix } from "node:path";
import type { Element, ElementContent } from "hast";
import { h } from "hastscript";
import { escapeAttribute } from "../escape.ts";
import type { Region } from "../model.ts";
import { elements, hasClass, property } from "../tree.ts";

/** A file with its printed regions; its lines are HTML, since highlighting is kept so. */
export type Program = {
  readonly text: string;
  readonly lines: readonly string[];
  readonly regions: ReadonlyMap<string, Region>;
};
export type ProgramDeps = {
  /** Files of code/ by path, those that are there. */
  readonly programs: (paths: readonly string[]) => Promise<ReadonlyMap<string, Program>>;
};

/** A listing of the edition: which region it prints, and where. */
export type PrintedRegion = {
  readonly path: string;
  readonly name: string;
  /** "Listing 12.9". */
  readonly label: string;
  /** Address as seen from the edition's folder. */
  readonly href: string;
};

export function programPageName(path: string): string {
  return `${path}.html`;
}

/** `../../` for a page two folders below the edition's. */
export function homeOf(pageName: string): string {
  return "../".repeat(pageName.split("/").length - 1);
}

/** Put a link to where its region begins in the whole program into the caption of each listing. */
export function linkPrograms(
  listings: readonly Element[],
  programs: ReadonlyMap<string, Program>,
): void {
  for (const listing of listings) {
    const path = property(listing, "dataFile") ?? "";
    const region = programs.get(path)?.regions.get(property(listing, "dataRegion") ?? "");
    const caption = listing.children.find(
      (child): child is Element => child.type === "element" && child.tagName === "figcaption",
    );
    if (!region || !caption) continue;
    const href = `${programPageName(path)}#L${region.lines[0]}`;
    const link = h("a.open-file", { href, ariaLabel: `Open the file ${path}` }, "Open the file");
    caption.children.push({ type: "text", value: " " }, link);
  }
}

export function listingsOf(tree: Parameters<typeof elements>[0]): Element[] {
  return elements(tree, (node) => hasClass(node, "listing"));
}

/** The text of a program's page, between bar and dialogs. */
export function programBody(
  path: string,
  program: Program,
  printed: readonly PrintedRegion[],
): { readonly body: ElementContent[]; readonly fill: (html: string) => string } {
  const home = homeOf(programPageName(path));
  const ordered = printed
    .map((region) => ({ ...region, lines: program.regions.get(region.name)?.lines ?? [] }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
  const body = [
    h("main#main", [
      h("header.opening", [
        h("h1", [h("span.folder", `${posix.dirname(path)}/`), posix.basename(path)]),
      ]),
      h("p.printed-parts", [
        `${program.lines.length} lines. Printed in the book: `,
        ...ordered.flatMap((region, index) => [
          ...(index === 0 ? [] : [", "]),
          h("a", { href: home + region.href }, region.label),
          ` (lines ${region.lines[0]}–${region.lines.at(-1)})`,
        ]),
        ". ",
        h("button.copy", { type: "button" }, "Copy the file"),
      ]),
      h("pre.code", { dataLabel: path }, [h("code", [{ type: "comment", value: placeholder }])]),
    ]),
  ];
  const lines = linesHtml(program, ordered, home);
  return { body, fill: (html) => html.replace(`<!--${placeholder}-->`, () => lines) };
}

const placeholder = "lines";

/** Each line ends in a newline, the last one too: what is copied is the file. */
function linesHtml(
  program: Program,
  printed: readonly (PrintedRegion & { readonly lines: readonly number[] })[],
  home: string,
): string {
  const isPrinted = new Set(printed.flatMap((region) => region.lines));
  const backFrom = new Map<number, string>();
  for (const region of printed) {
    const line = markerLine(program, region) ?? region.lines[0] ?? 1;
    const label = escapeAttribute(region.label);
    const href = escapeAttribute(home + region.href);
    const link = `<a class="printed-as" href="${href}" aria-label="${label}" data-label="${label}"></a>`;
    backFrom.set(line, (backFrom.get(line) ?? "") + link);
  }
  return program.lines
    .map((html, index) => {
      const line = index + 1;
      const name = isPrinted.has(line) ? "line printed" : "line";
      const number = `<a class="line-number" href="#L${line}" tabindex="-1" aria-hidden="true"></a>`;
      return `<span class="${name}" id="L${line}">${number}${html}${backFrom.get(line) ?? ""}</span>\n`;
    })
    .join("");
}

function markerLine(program: Program, { name }: PrintedRegion): number | null {
  const index = program.text
    .split("\n")
    .findIndex((line) => line.trimEnd().endsWith(`#region ${name}`));
  return index < 0 ? null : index + 1;
}
