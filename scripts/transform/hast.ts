/** Small helpers for nodes of mdast that carry their hast with them (`data.hName`, as remark-rehype reads it). */
import type { ElementContent, Properties } from "hast";
import type { Node as UnistNode } from "unist";

type HastData = { hName?: string; hProperties?: Properties; hChildren?: ElementContent[] };

/** Say which element a node of mdast becomes; returns the node. */
export function setHast<T extends UnistNode>(
  node: T,
  hast: {
    readonly name?: string;
    readonly properties?: Properties;
    readonly children?: ElementContent[];
  },
): T {
  const data: HastData = (node.data ?? {}) as HastData;
  if (hast.name !== undefined) data.hName = hast.name;
  if (hast.properties) data.hProperties = { ...data.hProperties, ...hast.properties };
  if (hast.children) data.hChildren = hast.children;
  node.data = data as NonNullable<T["data"]>;
  return node;
}

/** A node of mdast that exists only to become this element, with mdast children. */
export function block(
  name: string,
  properties: Properties,
  children: readonly UnistNode[],
  position: UnistNode["position"],
): UnistNode {
  const node = { type: "made", children: [...children], ...(position ? { position } : {}) };
  return setHast(node, { name, properties });
}

/** A node of mdast that exists only to become this element, with hast children. */
export function leaf(
  name: string,
  properties: Properties,
  children: ElementContent[],
  position: UnistNode["position"],
): UnistNode {
  const node = { type: "made", children: [], ...(position ? { position } : {}) };
  return setHast(node, { name, properties, children });
}

export function text(value: string): ElementContent {
  return { type: "text", value };
}
export function element(
  tagName: string,
  properties: Properties,
  children: ElementContent[],
): ElementContent {
  return { type: "element", tagName, properties, children };
}

/** Parts of a line, with a space between them, so that copied text has its words apart. */
export function spaced(parts: readonly UnistNode[]): UnistNode[] {
  return parts.flatMap((part, index) =>
    index === 0 ? [part] : [{ type: "text", value: " " } as UnistNode, part],
  );
}
