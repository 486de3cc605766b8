/** Markdown -> mdast, with every extension of the book's syntax; the one parser of chapters, captions and decks. */
import type { Parent, PhrasingContent, Root, Text } from "mdast";
import type { TextDirective } from "mdast-util-directive";
import { remarkDefinitionList } from "remark-definition-list";
import remarkDirective from "remark-directive";
import remarkFrontmatter from "remark-frontmatter";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import remarkParse from "remark-parse";
import { unified } from "unified";
import type { Node, Position } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";

const parser = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ["yaml"])
  .use(remarkGfm, { singleTilde: false })
  .use(remarkDirective)
  .use(remarkMath)
  .use(remarkDefinitionList)
  .freeze();

export function parseMarkdown(file: VFile): Root {
  return parser.runSync(parseDollars(String(file.value)), file) as Root;
}

/** Stands for a dollar sign that opens no math, while the text is parsed again; no text has this character. */
const dollar = "\uFDD0";

/** `$5 and $10` is no math, nor is `$HOME and $PATH`: such a dollar sign is set aside and the text read anew. */
function parseDollars(text: string): Root {
  let source = text;
  let tree = parser.parse(source) as Root;
  for (let pass = 0; pass < 20 && source.includes("$"); pass++) {
    const offsets = offsetsOfMoney(tree, source);
    if (offsets.length === 0) break;
    const units = source.split("");
    for (const offset of offsets) units[offset] = dollar;
    source = units.join("");
    tree = parser.parse(source) as Root;
  }
  if (source !== text) visit(tree, restoreDollars);
  return tree;
}

/** Where a `$` opens what cannot be math: it has blanks at its edges or a code sign in it, or a name or number goes on after it. */
function offsetsOfMoney(tree: Root, source: string): number[] {
  const found: number[] = [];
  visit(tree, "inlineMath", (node) => {
    const start = node.position?.start.offset;
    const end = node.position?.end.offset;
    if (start === undefined || end === undefined || source.startsWith("$$", start)) return;
    const inner = source.slice(start + 1, end - 1);
    if (/^\s|\s$|`/.test(inner) || /^[0-9A-Z_]/.test(source.slice(end, end + 1))) found.push(start);
  });
  return found;
}

/** In every string of a node: values, targets and attributes. */
function restoreDollars(node: object): void {
  const record = node as Record<string, unknown>;
  for (const [key, value] of Object.entries(record))
    if (typeof value === "string") record[key] = value.replaceAll(dollar, "$");
    else if (
      typeof value === "object" &&
      value !== null &&
      key !== "children" &&
      key !== "position"
    )
      restoreDollars(value);
}

/**
 * Markdown of one line, such as a caption in an attribute.
 *
 * @param position  given to every node, since the attribute's own columns are not known
 */
export function parseInline(text: string, position: Position | undefined): PhrasingContent[] {
  const root = parser.runSync(parser.parse(text)) as Root;
  visit(root, (node: Node, index, parent) => {
    if (position) node.position = position;
    else delete node.position;
    // `3:06` is a time and no directive.
    if (node.type === "textDirective" && parent && index !== undefined) {
      const { name, children, attributes } = node as TextDirective;
      const isBare = children.length + Object.keys(attributes ?? {}).length === 0;
      if (isBare) (parent as Parent).children[index] = { type: "text", value: `:${name}` } as Text;
    }
  });
  return root.children.flatMap((child) => (child.type === "paragraph" ? child.children : []));
}
