/** What Markdown lets pass without a word: markup that did not parse, fences that never end, ragged tables, characters no face has. */
import type { Root, Table, Text } from "mdast";
import type { Node, Point } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { location } from "vfile-location";
import { fail } from "../report.ts";

/** Signs of markup in plain text, with what was probably meant. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/\[\^[^\]\s]+\]/, "a footnote that is defined: [^name]: …"],
  [/\]\[[^\]]*\]/, "a link whose target is defined: [name]: …"],
  [/\]\([^)]*\)?/, "a link: [words](target)"],
  [/:{3,}\S*/, "a container that opens and closes with its own number of colons"],
  [/^\|.+\|[ \t]*$/m, "a table, with a row of dashes under its head"],
  [/\*\*[^*]*/, "strong words between ** and **"],
  [/`[^`]*/, "code between ` and `"],
  [/\{[#.][\w-]+[^}]*\}/, "attributes right after a heading or a directive"],
];

export function checkRaw() {
  return (tree: Root, file: VFile): void => {
    const lines = String(file.value).split("\n");
    const footnotes = new Map<string, number>();
    visit(tree, (node) => {
      if (node.type === "footnoteDefinition") {
        const first = footnotes.get(node.identifier);
        if (first !== undefined)
          fail(file, node, "id-unique", {
            reason: `Footnote "${node.identifier}" is given twice`,
            other: `${file.path}:${first} (first given there)`,
          });
        else footnotes.set(node.identifier, node.position?.start.line ?? 1);
      }
      if (node.type === "text") checkText(node, file);
      else if (node.type === "code") {
        const last = lines[(node.position?.end.line ?? 0) - 1] ?? "";
        const first = lines[(node.position?.start.line ?? 0) - 1] ?? "";
        const fence = /(`{3,}|~{3,})/.exec(first)?.[1];
        if (
          fence &&
          (node.position?.start.line === node.position?.end.line ||
            !new RegExp(`^[\\s>]*${fence.charAt(0)}{${fence.length},}\\s*$`).test(last))
        )
          fail(file, node, "fence-closed", {
            reason: "A fence is never ended",
            found: first,
            expected: `a line of ${fence}`,
          });
      } else if (node.type === "table") checkRows(node, file);
    });
  };
}

/** A backslash before a sign says that it is meant as it stands. */
function checkText(node: Text, file: VFile): void {
  const source = String(file.value);
  const { toPoint } = location(file);
  for (const [sign, expected] of signs) {
    const found = sign.exec(node.value)?.[0];
    if (found === undefined) continue;
    const start = node.position?.start.offset ?? 0;
    const offset = source.indexOf(found, start);
    const inside = offset >= 0 && offset <= (node.position?.end.offset ?? 0);
    if (inside && source.charAt(offset - 1) === "\\") continue;
    fail(file, inside ? toPoint(offset) : node, "markup-raw", {
      reason: "Markup stands in the text as it was typed",
      found,
      expected,
    });
  }
}

function checkRows(table: Table, file: VFile): void {
  const columns = table.children[0]?.children.length ?? 0;
  for (const row of table.children.slice(1))
    if (row.children.length !== columns)
      fail(file, row, "table-cells", {
        reason: `A row has ${row.children.length} cells, the head has ${columns}`,
        expected: `${columns} cells; a bar within a cell is written \\|`,
      });
}

/** The role of the face in which a text is set. */
export type FaceRole = "serif" | "code";
type Missing = (text: string, role: FaceRole) => readonly string[];
type Options = {
  readonly missing: Missing;
  readonly unknown: "refuse" | "name";
  /** The chapter's title and what else of its front matter is printed. */
  readonly titles: readonly string[];
};

/** Refuse characters that no loaded face has, which would print as nothing; or print their numbers. */
export function checkCharacters({ missing, unknown, titles }: Options) {
  return (tree: Root, file: VFile): void => {
    const refuse = (place: Node | Point, role: FaceRole, found: readonly string[]): void => {
      const named = found.map((character) => `${character} (${numberOf(character)})`);
      fail(file, place, "character-in-face", {
        reason: `No face of ${role === "code" ? "code" : "text"} has ${named.join(", ")}`,
        expected:
          'characters that the book\'s faces have, or "unknown-characters: name" in editions/book.yaml',
      });
    };
    if (unknown === "refuse")
      for (const title of titles) {
        const found = missing(title, "serif");
        if (found.length > 0) refuse({ line: 1, column: 1 }, "serif", found);
      }
    visit(tree, (node) => {
      if (node.type !== "text" && node.type !== "inlineCode" && node.type !== "code") return;
      const role = node.type === "text" ? "serif" : "code";
      const found = missing(node.value, role);
      if (found.length === 0) return;
      if (unknown === "refuse") refuse(node, role, found);
      else node.value = withNumbers(node.value, found);
    });
  };
}

/** `नम` -> `[U+0928 U+092E]` where no face has them. */
export function nameCharacters(text: string, missing: Missing): string {
  return withNumbers(text, missing(text, "serif"));
}

function withNumbers(text: string, characters: readonly string[]): string {
  const unknown = new Set(characters);
  let out = "";
  let run: string[] = [];
  const end = (): void => {
    if (run.length > 0) out += `[${run.map(numberOf).join(" ")}]`;
    run = [];
  };
  for (const character of text)
    if (unknown.has(character)) run.push(character);
    else {
      end();
      out += character;
    }
  end();
  return out;
}

function numberOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
