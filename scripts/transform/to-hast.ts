/** How nodes of mdast that remark-rehype does not know become hast, and what it makes that one book of many chapters cannot have. */
import type { Element, ElementContent, Root } from "hast";
import type { Node, Parent } from "unist";
import { visit } from "unist-util-visit";

/** The part of mdast-util-to-hast's state that is used here. */
type State = {
  all(node: Node): ElementContent[];
  applyData(from: Node, to: Element): Element;
  patch(from: Node, to: Element): void;
};

/** Definition lists: a description of one paragraph is plain, of more it keeps its paragraphs. */
export const definitionListHandlers = {
  defList: (state: State, node: Node) => list(state, node, "dl"),
  defListTerm: (state: State, node: Node) => list(state, node, "dt"),
  defListDescription: (state: State, node: Node) => {
    const blocks = (node as Parent).children;
    const only = blocks.length === 1 && blocks[0]?.type === "paragraph" ? blocks[0] : null;
    return list(state, node, "dd", only ? state.all(only) : undefined);
  },
};

function list(state: State, node: Node, tagName: string, children?: ElementContent[]): Element {
  const element: Element = {
    type: "element",
    tagName,
    properties: {},
    children: children ?? state.all(node),
  };
  state.patch(node, element);
  return state.applyData(node, element);
}

/** Each chapter's notes get a heading of their own id, since all chapters stand in one document on paper. */
export function tidyFootnotes({ chapterId }: { readonly chapterId: string }) {
  return (tree: Root): void => {
    visit(tree, "element", (node) => {
      if (node.properties.id === "footnote-label") node.properties.id = `${chapterId}-notes`;
      if (node.properties.dataFootnoteRef !== undefined) {
        node.properties.ariaDescribedBy = [`${chapterId}-notes`];
        node.properties.className = ["footnote-ref"];
      }
    });
  };
}
