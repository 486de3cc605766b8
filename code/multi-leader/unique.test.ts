/** What cannot be kept when two leaders insert rows. */
import { expect, test } from "vitest";
import { collisions, insert, nextId, type Row } from "./unique.ts";

const plain = { offset: 1, increment: 1 };
const odd = { offset: 1, increment: 2 };
const even = { offset: 2, increment: 2 };
const old: readonly Row[] = [{ id: 1, name: "root" }];

test("both give out the same number", () => {
  const ours = insert(old, "ann", plain);
  const theirs = insert(old, "bob", plain);
  expect(collisions(ours, theirs)).toEqual({ ids: [2], names: [] });
});

test("offset and increment keep the numbers apart, not the names", () => {
  const ours = insert(insert(old, "ann", odd), "eve", odd);
  const theirs = insert(insert(old, "bob", even), "eve", even);
  expect(ours.map(({ id }) => id)).toEqual([1, 3, 5]);
  expect(theirs.map(({ id }) => id)).toEqual([1, 2, 4]);
  expect(collisions(ours, theirs)).toEqual({ ids: [], names: ["eve"] });
});

test("one server alone keeps names unique", () => {
  expect(insert(old, "root", odd)).toBe(old);
  const more = insert(old, "ann", odd);
  expect(insert(more, "ann", odd)).toBe(more);
  expect(insert(more, "root", odd)).toBe(more);
});

test.each([
  [[], odd, 1],
  [[], even, 2],
  [[1], even, 2],
  [[2], odd, 3],
  [[3], odd, 5],
  [[7], even, 8],
] as const)(
  "after %j the next number is ours",
  (ids, numbering, next) => {
    const rows = ids.map((id) => ({ id, name: `r${id}` }));
    expect(nextId(rows, numbering)).toBe(next);
  },
);
