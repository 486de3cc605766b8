/** Markdown -> mdast, with every extension of the book's syntax; the one parser of chapters, captions and decks. */
import type { PhrasingContent, Root } from "mdast";
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
  return parser.runSync(parser.parse(file), file) as Root;
}

/**
 * Markdown of one line, such as a caption in an attribute.
 *
 * @param position  given to every node, since the attribute's own columns are not known
 */
export function parseInline(text: string, position: Position | undefined): PhrasingContent[] {
  const root = parser.runSync(parser.parse(text)) as Root;
  visit(root, (node: Node) => {
    if (position) node.position = position;
    else delete node.position;
  });
  return root.children.flatMap((child) => (child.type === "paragraph" ? child.children : []));
}
