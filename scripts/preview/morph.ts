/**
 * A page made what it is now, block by block. Scripts have changed what stands in the window, so what is compared is the page
 * as it was served before with the page as it is served now, and only where these differ is the window touched.
 */

/** Told of each node that goes and of each that comes, of both together where one stands in the place of the other. */
export type OnReplace = (gone: Node | null, come: Node | null) => void;

export function morph(live: Element, old: Element, next: Element, onReplace: OnReplace): void {
  if (old.isEqualNode(next)) return;
  if (!isAlike(live, old) || old.nodeName !== next.nodeName || isWhole(next)) {
    put(live, next, onReplace);
    return;
  }
  for (const name of new Set([...old.getAttributeNames(), ...next.getAttributeNames()])) {
    const value = next.getAttribute(name);
    if (value === old.getAttribute(name)) continue;
    if (value === null) live.removeAttribute(name);
    else live.setAttribute(name, value);
  }
  morphChildren(live, old, next, onReplace);
}

/** Whether scripts have left the children as they were. */
function isAlike(live: Element, old: Element): boolean {
  return (
    live.nodeName === old.nodeName &&
    live.childNodes.length === old.childNodes.length &&
    [...live.childNodes].every((child, at) => child.nodeName === old.childNodes[at]?.nodeName)
  );
}

/** A drawing is new as a whole, and so is what a script has made its own. */
function isWhole(element: Element): boolean {
  return element.nodeName === "svg" || element.hasAttribute("data-widget");
}

function put(live: ChildNode, next: Node | null, onReplace: OnReplace): void {
  const come = next && document.importNode(next, true);
  live.replaceWith(...(come ? [come] : []));
  onReplace(live, come);
}

function morphChildren(live: Element, old: Element, next: Element, onReplace: OnReplace): void {
  const lives = [...live.childNodes];
  const olds = [...old.childNodes];
  const nexts = [...next.childNodes];
  const kept = commonNodes(olds, nexts);
  let [from, to] = [0, 0];
  for (const [oldAt, nextAt] of [...kept, [olds.length, nexts.length] as const]) {
    const after = lives[oldAt] ?? null;
    for (; from < oldAt || to < nextAt; from++, to++) {
      const [mine, was] = [lives[from], olds[from]];
      const wanted = to < nextAt ? nexts[to] : undefined;
      if (from < oldAt && mine && was) {
        if (wanted) morphNode(mine, was, wanted, onReplace);
        else put(mine, null, onReplace);
      } else if (wanted) {
        const come = live.insertBefore(document.importNode(wanted, true), after);
        onReplace(null, come);
      }
    }
    [from, to] = [oldAt + 1, nextAt + 1];
  }
}

function morphNode(live: ChildNode, old: ChildNode, next: ChildNode, onReplace: OnReplace): void {
  if (live instanceof Element && old instanceof Element && next instanceof Element)
    morph(live, old, next, onReplace);
  else if (live instanceof Text && next instanceof Text) live.data = next.data;
  else put(live, next, onReplace);
}

/** Most of a long page is equal at both ends, and to compare nodes is faster than to write them out. */
function commonNodes(olds: readonly Node[], nexts: readonly Node[]): (readonly [number, number])[] {
  const { start, end } = equalEnds(olds, nexts, (old, next) => old.isEqualNode(next));
  const middle = (nodes: readonly Node[]) => nodes.slice(start, nodes.length - end).map(keyOf);
  return [
    ...Array.from({ length: start }, (_, at) => [at, at] as const),
    ...common(middle(olds), middle(nexts)).map(
      ([old, next]) => [old + start, next + start] as const,
    ),
    ...Array.from(
      { length: end },
      (_, at) => [olds.length - end + at, nexts.length - end + at] as const,
    ),
  ];
}

function keyOf(node: Node): string {
  return node instanceof Element ? node.outerHTML : `${node.nodeName} ${node.nodeValue}`;
}

/** How many at the beginning and how many at the end of two lists are equal. */
export function equalEnds<T>(
  one: readonly T[],
  other: readonly T[],
  isEqual: (a: T, b: T) => boolean,
): { readonly start: number; readonly end: number } {
  const same = (a: T | undefined, b: T | undefined): boolean =>
    a !== undefined && b !== undefined && isEqual(a, b);
  let start = 0;
  while (same(one[start], other[start])) start += 1;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && same(one.at(-1 - end), other.at(-1 - end))) end += 1;
  return { start, end };
}

/** Pairs of places at which two lists agree, in order and as many as there can be. */
export function common(
  one: readonly string[],
  other: readonly string[],
): (readonly [number, number])[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  const length = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = one.length - 1; row >= 0; row--)
    for (let column = other.length - 1; column >= 0; column--) {
      const line = lengths[row];
      if (!line) continue;
      line[column] =
        one[row] === other[column]
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
    }
  const pairs: (readonly [number, number])[] = [];
  for (let [row, column] = [0, 0]; row < one.length && column < other.length; )
    if (one[row] === other[column]) pairs.push([row++, column++]);
    else if (length(row + 1, column) >= length(row, column + 1)) row += 1;
    else column += 1;
  return pairs;
}
