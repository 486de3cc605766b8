/**
 * Maglev hashing: a table of prime size, filled by the nodes in turn,
 * each by its own order of preference (Eisenbud et al., NSDI 2016, §3.4).
 * A look-up is one index; nearly all keys stay when a node goes.
 */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";

// #region maglev
/**
 * The table: for each slot, the index of its node in `nodes`.
 * Throws where `size` is not prime: an order of preference would then
 * miss slots, and the filling might never end.
 */
export function maglevTable(
  nodes: readonly NodeId[],
  size: number,
): readonly number[] {
  if (!isPrime(size)) throw new Error(`${size} is not prime`);
  const orders = nodes.map((node) => preference(node, size));
  const table: number[] = Array.from({ length: size }, () => -1);
  const turns = orders.map(() => 0);
  for (let filled = 0; filled < size; filled++) {
    const node = filled % nodes.length;
    const { offset, skip } = orders[node] ?? { offset: 0, skip: 1 };
    let turn = turns[node] ?? 0;
    while (table[(offset + turn * skip) % size] !== -1) turn += 1;
    table[(offset + turn * skip) % size] = node;
    turns[node] = turn + 1;
  }
  return table;
}

/** Where a node begins, and how far it steps: all slots, each once. */
function preference(node: NodeId, size: number) {
  const offset = hash32(node, 1) % size;
  const skip = (hash32(node, 2) % (size - 1)) + 1;
  return { offset, skip };
}
// #endregion maglev

// #region maglev-owner
export function maglevOwner(
  nodes: readonly NodeId[],
  table: readonly number[],
  key: string,
): NodeId {
  return nodes[table[hash32(key) % table.length] ?? 0] ?? "";
}
// #endregion maglev-owner

function isPrime(size: number): boolean {
  if (!Number.isInteger(size) || size < 2) return false;
  for (let by = 2; by * by <= size; by++)
    if (size % by === 0) return false;
  return true;
}
