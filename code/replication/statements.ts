/**
 * What a log can hold: the statement, which every server executes for
 * itself, or the row, which only the leader computes. The two differ as
 * soon as a statement asks anything but the data.
 */

// #region statements
export type Rows = { readonly [id: string]: number };

/** What a statement may ask of the server on which it is executed. */
export type Server = {
  readonly nowMs: number;
  /** The next random number in [0, 1) here. */
  readonly random: number;
  /** The order in which this server happens to find the rows. */
  readonly order: readonly string[];
};

export type Statement =
  | { readonly kind: "add"; readonly id: string; readonly by: number }
  | { readonly kind: "set-to-now"; readonly id: string }
  | { readonly kind: "set-to-random"; readonly id: string }
  /** DELETE … LIMIT 1 without an order: whichever comes first. */
  | { readonly kind: "delete-any" };

export function execute(
  rows: Rows,
  statement: Statement,
  server: Server,
): Rows {
  switch (statement.kind) {
    case "add": {
      const { id, by } = statement;
      return { ...rows, [id]: (rows[id] ?? 0) + by };
    }
    case "set-to-now":
      return { ...rows, [statement.id]: server.nowMs };
    case "set-to-random":
      return { ...rows, [statement.id]: server.random };
    case "delete-any": {
      const victim = server.order.find((id) => id in rows);
      return without(rows, victim === undefined ? [] : [victim]);
    }
  }
}
// #endregion statements

// #region row-based
/** What a statement changed: rows with their new value, rows gone. */
export type RowChange = {
  readonly set: Rows;
  readonly gone: readonly string[];
};

export function changeOf(before: Rows, after: Rows): RowChange {
  const set = Object.fromEntries(
    Object.entries(after).filter(([id, v]) => before[id] !== v),
  );
  const gone = Object.keys(before).filter((id) => !(id in after));
  return { set, gone };
}

/** The same on every server, whatever its clock or its dice. */
export function applyRows(rows: Rows, { set, gone }: RowChange): Rows {
  return { ...without(rows, gone), ...set };
}
// #endregion row-based

function without(rows: Rows, gone: readonly string[]): Rows {
  return Object.fromEntries(
    Object.entries(rows).filter(([id]) => !gone.includes(id)),
  );
}
