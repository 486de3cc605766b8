/**
 * Two clients edit one item, each always a step behind the other. With
 * one version vector for the whole item the siblings pile up; with a
 * dotted version vector each write replaces what its writer had read.
 */
import { fraction, stream } from "../kernel/random.ts";
import { seedFrom } from "../kernel/sample.ts";
import * as dotted from "./dotted.ts";
import { show } from "./vector.ts";
import * as plain from "./version-vector.ts";

export const defaultSeed = 7;

type Edit = { readonly client: 0 | 1; readonly value: string };

/** The two take turns; a lot decides who begins. */
export function edits(seed: number, rounds: number): Edit[] {
  const first = fraction(stream(seed, 0)) < 0.5 ? 0 : 1;
  return Array.from({ length: 2 * rounds }, (_, turn) => {
    const client = turn % 2 === 0 ? first : 1 - first;
    const value = `${client === 0 ? "a" : "b"}${Math.floor(turn / 2) + 1}`;
    return { client: client as 0 | 1, value };
  });
}

/**
 * Each client writes with the context of its own last read, which it
 * makes right after its own last write. One replica, n1.
 */
export function siblingCounts(list: readonly Edit[]) {
  let item: plain.Item = { seen: {}, values: [] };
  let siblings: readonly dotted.Sibling[] = [];
  const plainRead: plain.VersionVector[] = [{}, {}];
  const dottedRead: plain.VersionVector[] = [{}, {}];
  return list.map(({ client, value }) => {
    item = plain.put(item, "n1", plainRead[client] ?? {}, value);
    siblings = dotted.put(
      siblings,
      "n1",
      dottedRead[client] ?? {},
      value,
    );
    plainRead[client] = item.seen;
    dottedRead[client] = dotted.contextOf(siblings);
    return { value, item, siblings };
  });
}

export function run(seed: number): string {
  const rows = siblingCounts(edits(seed, 50));
  const lines = rows
    .slice(0, 6)
    .map(({ value, item, siblings }) =>
      [
        value.padEnd(5),
        show(item.seen).padEnd(8),
        item.values.join(" ").padEnd(19),
        siblings.map((s) => `${s.value}@n1:${s.dot.count}`).join(" "),
      ].join(" "),
    );
  const last = rows.at(-1);
  return [
    "write vector   siblings by vector  siblings by dot",
    ...lines,
    `after ${rows.length} writes: ${last?.item.values.length} siblings by vector, ${last?.siblings.length} by dot`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
