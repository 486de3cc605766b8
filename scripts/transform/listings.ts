/** Fences with `file` and `region` -> listings: the region's text, its callouts, its caption, what proves it. */
import type { ElementContent } from "hast";
import type { Code, Root, RootContent } from "mdast";
import type { ContainerDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import type { Highlight } from "../highlight.ts";
import { isKnownLanguage, knownLanguages } from "../highlight.ts";
import type { Region } from "../model.ts";
import { parseInline } from "../parse.ts";
import { fail } from "../report.ts";
import type { Sources } from "../sources.ts";
import { fenceKind, fenceOf } from "./fences.ts";
import { block, element, leaf, setHast, spaced, text } from "./hast.ts";

/** One listing as it is printed: what the proof has to answer for. */
export type Printed = { readonly region: Region; readonly file: VFile; readonly node: Code };

type Options = {
  readonly sources: Pick<Sources, "region">;
  readonly highlight: Highlight;
  readonly columnsMax: number;
  readonly wideCode: "refuse" | "wrap";
  readonly proof: "required" | "off";
  /** Collects what is printed. */
  readonly printed: Printed[];
};

const listingLinesMax = 60;
/** Languages of programs: printed only as regions of tested ones where the book has a proof. */
const programLanguages = new Set(["ts", "typescript", "js", "javascript", "tsx", "jsx"]);

export function insertListings(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, "code", (node, index, parent) => {
      if (!parent || index === undefined) return;
      const kind = fenceKind(node);
      if (kind === "literal") return literalCode(node, options, file);
      if (kind !== "listing") return;
      const region = findRegion(node, options, file);
      if (!region) return;
      const next = parent.children[index + 1];
      const callouts =
        next?.type === "containerDirective" && next.name === "callouts" ? next : null;
      if (callouts) parent.children.splice(index + 1, 1);
      parent.children[index] = listing(node, region, callouts, options, file) as RootContent;
    });
    visit(tree, "containerDirective", (node) => {
      if (node.name === "callouts")
        fail(file, node, "callouts-follow-listing", {
          reason: "Callouts stand apart from a listing",
          expected: "them right after the fence that they explain",
        });
    });
  };
}

function findRegion(node: Code, options: Options, file: VFile): Region | null {
  const { language, attributes } = fenceOf(node);
  const { file: path = "", region: name = "", caption } = attributes;
  for (const required of ["file", "region", "caption"])
    if (!attributes[required])
      fail(file, node, "attribute-required", {
        reason: `A listing needs the attribute "${required}"`,
        expected: `${required}="…"`,
      });
  if (caption === undefined || path === "" || name === "") return null;
  if (!isKnownLanguage(language))
    fail(file, node, "language-known", {
      reason: `Unknown language "${language}"`,
      found: language,
      known: knownLanguages(),
    });
  if (node.value.trim() !== "")
    fail(file, node, "listing-empty-fence", {
      reason: "The fence of a listing holds text of its own",
      found: node.value.split("\n")[0] ?? "",
      expected: `an empty fence: its text stands in ${path}`,
    });
  if (!/^code\//.test(path) || path.split("/").includes("..")) {
    fail(file, node, "listing-path-inside", {
      reason: "A listing comes from code/",
      found: path,
      expected: "a path below code/",
    });
    return null;
  }
  const lookup = options.sources.region(path, name);
  if (lookup.kind === "found") {
    checkShape(node, lookup.region, options, file);
    return lookup.region;
  }
  if (lookup.kind === "no-file")
    fail(file, node, "listing-file-exists", {
      reason: `No file ${path}`,
      found: path,
      known: lookup.known,
    });
  else
    fail(file, node, "listing-region-exists", {
      reason: `No region "${name}" in ${path}`,
      found: name,
      known: lookup.known,
      other: `${path}:1`,
    });
  return null;
}

function checkShape(node: Code, region: Region, options: Options, file: VFile): void {
  region.text.split("\n").forEach((line, index) => {
    if (line.length > options.columnsMax)
      fail(file, node, "listing-width", {
        reason: `A line of region "${region.name}" is ${line.length} columns wide`,
        found: line,
        expected: `at most ${options.columnsMax}`,
        other: `${region.path}:${region.lines[index] ?? 1}`,
      });
  });
  if (region.lines.length > listingLinesMax)
    fail(file, node, "listing-length", {
      reason: `Region "${region.name}" has ${region.lines.length} lines`,
      expected: `at most ${listingLinesMax}, so that it fits a page`,
      other: `${region.path}:${region.lines[0] ?? 1}`,
    });
}

function listing(
  node: Code,
  region: Region,
  callouts: ContainerDirective | null,
  options: Options,
  file: VFile,
) {
  const { language, attributes } = fenceOf(node);
  options.printed.push({ region, file, node });
  const marks = callouts ? calloutLines(callouts, region, file) : new Map<number, number[]>();
  const lines = options.highlight(region.text, language);
  const code = codeLines(lines, marks);
  const pre = leaf(
    "pre",
    { className: ["code"], dataLang: language },
    [element("code", {}, code)],
    node.position,
  );
  const body = block(
    "div",
    { className: ["listing-body"] },
    callouts ? [pre, calloutList(callouts)] : [pre],
    node.position,
  );
  const count = region.lines.filter((line) => line > 0).length;
  const proof = `${region.path}, region ${region.name}; ${count} ${count === 1 ? "line" : "lines"}`;
  const caption = block(
    "figcaption",
    {},
    spaced([
      leaf("span", { className: ["label"], dataLabel: "listing" }, [], node.position),
      block(
        "span",
        { className: ["caption"] },
        parseInline(attributes.caption ?? "", node.position),
        node.position,
      ),
      leaf("span", { className: ["proof"] }, [text(proof)], node.position),
    ]),
    node.position,
  );
  const steps = attributes.steps === undefined ? {} : { dataSteps: attributes.steps };
  return block(
    "figure",
    {
      className: ["listing"],
      ...(attributes.id ? { id: attributes.id } : {}),
      dataFile: region.path,
      dataRegion: region.name,
      dataLine: region.lines[0] ?? 1,
      ...steps,
    },
    [body, caption],
    node.position,
  );
}

/** Lines joined by newlines, so that what is copied is the source; callout marks at line ends carry no text. */
export function codeLines(
  lines: readonly ElementContent[][],
  marks: ReadonlyMap<number, readonly number[]> = new Map(),
): ElementContent[] {
  return lines.flatMap((spans, index) => {
    const numbers = marks.get(index + 1) ?? [];
    const dots = numbers.map((number) =>
      element(
        "span",
        { className: ["callout-mark"], dataCallout: String(number), ariaHidden: "true" },
        [],
      ),
    );
    const line = element("span", { className: ["line"] }, [...spans, ...dots]);
    return index === lines.length - 1 ? [line] : [line, text("\n")];
  });
}

/** For each line of the region, the numbers of the callouts that name code in it. */
function calloutLines(
  node: ContainerDirective,
  region: Region,
  file: VFile,
): Map<number, number[]> {
  const marks = new Map<number, number[]>();
  const list = node.children[0];
  if (list?.type !== "list" || node.children.length !== 1) {
    fail(file, node, "block-content", {
      reason: "Callouts hold something else than one list",
      expected: "a list whose items begin with a piece of code",
    });
    return marks;
  }
  const lines = region.text.split("\n");
  list.children.forEach((item, index) => {
    const paragraph = item.children[0];
    const code = paragraph?.type === "paragraph" ? paragraph.children[0] : undefined;
    if (paragraph?.type !== "paragraph" || code?.type !== "inlineCode") {
      fail(file, item, "block-content", {
        reason: "A callout begins with something else than code",
        found: textOf(item),
        expected: "`a piece of the line` and then the explanation",
      });
      return;
    }
    const at = lines.flatMap((line, number) => (line.includes(code.value) ? [number + 1] : []));
    if (at.length === 1 && at[0] !== undefined)
      marks.set(at[0], [...(marks.get(at[0]) ?? []), index + 1]);
    else
      fail(file, code, "callout-matches-one-line", {
        reason:
          at.length === 0
            ? `No line of region "${region.name}" has this code`
            : `Lines ${at.join(", ")} of region "${region.name}" have this code`,
        found: code.value,
        expected: "code that stands in exactly one line",
        other: `${region.path}:${region.lines[0] ?? 1}`,
      });
    paragraph.children.shift();
    const first = paragraph.children[0];
    if (first?.type === "text") first.value = first.value.replace(/^[\s:—–-]+/, "");
  });
  return marks;
}

function calloutList(node: ContainerDirective) {
  const list = node.children[0];
  return block(
    "ol",
    { className: ["callouts"] },
    list?.type === "list" ? list.children : [],
    node.position,
  );
}

function literalCode(node: Code, options: Options, file: VFile): void {
  const { language } = fenceOf(node);
  if (!isKnownLanguage(language))
    fail(file, node, "language-known", {
      reason: `Unknown language "${language}"`,
      found: language,
      known: knownLanguages(),
    });
  if (options.proof === "required" && programLanguages.has(language))
    fail(file, node, "listing-has-source", {
      reason: "Program code stands in the chapter itself",
      found: node.value.split("\n")[0] ?? "",
      expected: 'a region of a tested program: file="code/…" region="…"',
    });
  if (options.wideCode === "refuse")
    node.value.split("\n").forEach((line, index) => {
      if (line.length > options.columnsMax)
        fail(
          file,
          { line: (node.position?.start.line ?? 0) + 1 + index, column: options.columnsMax + 1 },
          "listing-width",
          {
            reason: `A line of code is ${line.length} columns wide`,
            found: line,
            expected: `at most ${options.columnsMax}, or "wide-code: wrap" in editions/book.yaml`,
          },
        );
    });
  const lines = codeLines(options.highlight(node.value, language));
  const wrap = options.wideCode === "wrap" ? ["wrap"] : [];
  setHast(node, {
    name: "pre",
    properties: { className: ["code", "literal", ...wrap], dataLang: language || "text" },
    children: [element("code", {}, lines)],
  });
  (node as { type: string }).type = "made";
}
