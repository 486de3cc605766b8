/** TeX -> MathML, which all formats show without a script. */
import type { Element, Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toString as textOf } from "hast-util-to-string";
import type { Root as MdastRoot, Paragraph } from "mdast";
import temml from "temml";
import { SKIP, visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";
import { element, leaf, text } from "./hast.ts";

/** `$$…$$` on a line of its own is displayed, as in most other Markdown; remark-math wants the dollars on lines of their own. */
export function displayMath() {
  return (tree: MdastRoot, file: VFile): void => {
    const source = String(file.value);
    visit(tree, "paragraph", (node, index, parent) => {
      const [only, ...others] = node.children;
      if (only?.type !== "inlineMath" || others.length > 0 || !parent || index === undefined)
        return;
      if (!source.startsWith("$$", only.position?.start.offset ?? 0)) return;
      const code = element("code", { className: ["language-math", "math-display"] }, [
        text(only.value),
      ]);
      parent.children[index] = leaf("pre", {}, [code], node.position) as Paragraph;
    });
  };
}

export function renderMath() {
  return (tree: Root, file: VFile): void => {
    visit(tree, "element", (node, index, parent) => {
      const names = Array.isArray(node.properties.className) ? node.properties.className : [];
      const displayed = node.tagName === "pre" ? mathIn(node) : null;
      const inline = node.tagName === "code" && names.includes("math-inline") ? node : null;
      const found = displayed ?? inline;
      if (!found || !parent || index === undefined) return;
      const math = mathml(textOf(found), displayed !== null, node, file);
      if (math) parent.children[index] = math;
      return SKIP;
    });
  };
}

function mathIn(pre: Element): Element | null {
  const code = pre.children.find((child): child is Element => child.type === "element");
  const names = code && Array.isArray(code.properties.className) ? code.properties.className : [];
  return code && names.includes("math-display") ? code : null;
}

function mathml(tex: string, displayed: boolean, node: Element, file: VFile): Element | null {
  try {
    const markup = temml.renderToString(tex, {
      displayMode: displayed,
      throwOnError: true,
      annotate: false,
    });
    const math = fromHtml(markup, { fragment: true }).children.find(
      (child): child is Element => child.type === "element",
    );
    if (!math) return null;
    delete math.properties.style;
    // For readers that cannot set MathML.
    math.properties.alttext = tex.trim();
    if (node.position) math.position = node.position;
    return math;
  } catch (error) {
    // temml says by an exception that the author's TeX cannot be set.
    const reason = ((error as Error).message.split("\n")[0] ?? "TeX does not parse").trim();
    fail(file, node, "math-valid", { reason, found: tex.trim(), expected: "TeX math" });
    return null;
  }
}
