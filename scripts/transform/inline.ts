/** References, citations, index marks, terms, words for some editions: marked in the tree here, resolved over a whole edition later. */
import type { Root, RootContent } from "mdast";
import type { TextDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Parent } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { limited } from "./blocks.ts";
import { block, leaf } from "./hast.ts";

export function markInline() {
  return (tree: Root, file: VFile): void => {
    // Innermost first: `:only[…]` holds references.
    const found: { node: TextDirective; parent: Parent }[] = [];
    visit(tree, "textDirective", (node, _index, parent) => {
      if (parent) found.push({ node, parent });
    });
    for (const { node, parent } of found.reverse())
      parent.children[parent.children.indexOf(node)] = (
        node.name === "only" ? limited("span", node, file) : made(node)
      ) as RootContent;
  };
}

function made(node: TextDirective) {
  const { p, term, see, def, range } = node.attributes ?? {};
  const seeAlso = node.attributes?.["see-also"];
  const label = textOf(node).trim();
  if (node.name === "ref")
    return leaf("a", { className: ["ref"], dataRef: label }, [], node.position);
  if (node.name === "cite")
    return leaf(
      "a",
      { className: ["cite"], dataCite: label, dataPlace: p ?? null },
      [],
      node.position,
    );
  if (node.name === "term")
    return block(
      "dfn",
      { className: ["term"], dataTerm: label, dataDef: def ?? "" },
      node.children,
      node.position,
    );
  return block(
    "span",
    {
      className: ["index-mark"],
      dataTerm: term ?? label,
      dataSee: see ?? null,
      dataSeeAlso: seeAlso ?? null,
      dataRange: range ?? null,
    },
    node.children,
    node.position,
  );
}
