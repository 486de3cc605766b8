/**
 * What two leaders cannot keep: numbers given out in order, and names
 * given out once. Pure functions; the servers exchange rows later.
 */

// #region auto-increment
export type Row = { readonly id: number; readonly name: string };

/** How a server numbers its rows: from offset, in steps of increment. */
export type Numbering = {
  readonly offset: number;
  readonly increment: number;
};

/** The next number: the first of ours above all that we know. */
export function nextId(
  rows: readonly Row[],
  { offset, increment }: Numbering,
): number {
  const highest = Math.max(0, ...rows.map(({ id }) => id));
  const steps = Math.floor((highest - offset) / increment) + 1;
  return offset + Math.max(0, steps) * increment;
}

/** Insert a row, unless this server knows the name already. */
export function insert(
  rows: readonly Row[],
  name: string,
  numbering: Numbering,
): readonly Row[] {
  const isTaken = rows.some((row) => row.name === name);
  if (isTaken) return rows;
  return [...rows, { id: nextId(rows, numbering), name }];
}
// #endregion auto-increment

// #region collisions
export type Collisions = {
  /** Numbers that both gave out, to different rows. */
  readonly ids: readonly number[];
  /** Names that both gave out, under different numbers. */
  readonly names: readonly string[];
};

/** What is seen when the rows of two servers meet. */
export function collisions(
  ours: readonly Row[],
  theirs: readonly Row[],
): Collisions {
  const ids = ours.filter((row) =>
    theirs.some(({ id, name }) => id === row.id && name !== row.name),
  );
  const names = ours.filter((row) =>
    theirs.some(({ id, name }) => name === row.name && id !== row.id),
  );
  return {
    ids: ids.map(({ id }) => id),
    names: names.map(({ name }) => name),
  };
}
// #endregion collisions
