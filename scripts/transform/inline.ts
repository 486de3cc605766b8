/** References, citations, index marks and terms: marked in the tree here, resolved over a whole edition later. */
import type { Root, RootContent } from "mdast";
import type { TextDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import { visit } from "unist-util-visit";
import { block, leaf } from "./hast.ts";

export function markInline() {
  return (tree: Root): void => {
    visit(tree, "textDirective", (node, index, parent) => {
      if (parent && index !== undefined) parent.children[index] = made(node) as RootContent;
    });
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
