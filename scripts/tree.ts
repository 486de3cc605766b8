/** Small helpers for hast: classes, walking, copying. */
import type { Element, ElementContent, Root } from "hast";
import { SKIP, visit } from "unist-util-visit";

export function hasClass(node: Element, name: string): boolean {
  const names = node.properties.className;
  return Array.isArray(names) && names.includes(name);
}

/** A string property, or null. */
export function property(node: Element, name: string): string | null {
  const value = node.properties[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** All elements below that pass, in document order. Asked many times a book, so without a visitor's overhead. */
export function elements(tree: Root | Element, test: (node: Element) => boolean): Element[] {
  const found: Element[] = [];
  const walk = (node: Root | Element): void => {
    if (node.type === "element" && test(node)) found.push(node);
    for (const child of node.children) if (child.type === "element") walk(child);
  };
  walk(tree);
  return found;
}

/** Put other nodes in the place of each element that passes; what is put in is not looked at again. */
export function replaceElements(
  tree: Root | Element,
  test: (node: Element) => boolean,
  make: (node: Element, parent: Element | Root) => readonly ElementContent[],
): void {
  visit(tree, "element", (node, index, parent) => {
    if (!parent || index === undefined || !test(node)) return;
    const made = make(node, parent as Element | Root);
    parent.children.splice(index, 1, ...made);
    return [SKIP, index + made.length];
  });
}

/** Like `replaceElements`, but what is put in is looked at too: for unwrapping nested containers. */
export function unwrapElements(
  tree: Root,
  decide: (node: Element) => "keep" | "unwrap" | "remove",
): void {
  visit(tree, "element", (node, index, parent) => {
    if (!parent || index === undefined) return;
    const decision = decide(node);
    if (decision === "keep") return;
    parent.children.splice(index, 1, ...(decision === "unwrap" ? node.children : []));
    return index;
  });
}

export function made(
  tagName: string,
  properties: Element["properties"],
  ...children: (ElementContent | string)[]
): Element {
  return {
    type: "element",
    tagName,
    properties,
    children: children.map((child) =>
      typeof child === "string" ? { type: "text", value: child } : child,
    ),
  };
}

/** A copy that shares nothing with the original that anybody rewrites: nodes, properties, children. Positions are shared. */
export function copyTree(tree: Root): Root {
  return copyNode(tree);
}

function copyNode<T extends Root | Element>(node: T): T {
  const copy = { ...node };
  if (copy.type === "element") {
    copy.properties = { ...copy.properties };
    for (const [name, value] of Object.entries(copy.properties))
      if (Array.isArray(value)) copy.properties[name] = [...value];
  }
  copy.children = node.children.map((child) =>
    child.type === "element" ? copyNode(child) : { ...child },
  ) as T["children"];
  return copy;
}
