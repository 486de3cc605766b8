/** Echo, unique ids, broadcast and g-set. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import type { Json } from "../../kernel/node.ts";
import { canonical } from "../../raft-kv/store.ts";
import {
  type Check,
  done,
  type Finding,
  fine,
  firstOf,
  illegal,
  lateFor,
} from "./finding.ts";

// #region check-echo
/** The same value comes back. */
export const checkEcho: Check = ({ all }) => {
  const wrong = done(all, "echo").find(
    ({ args, result }) =>
      canonical(args.echo ?? null) !== canonical(result?.echo ?? null),
  );
  return wrong ? illegal("another value came back", wrong) : fine;
};
// #endregion check-echo

// #region check-unique
/** No id is given twice. */
export const checkUnique: Check = ({ all }) => {
  const givenBy = new Map<string, Operation>();
  for (const operation of done(all, "generate")) {
    const id = canonical(operation.result?.id ?? null);
    const before = givenBy.get(id);
    if (before)
      return illegal(`${id} is given twice`, before, operation);
    givenBy.set(id, operation);
  }
  return fine;
};
// #endregion check-unique

// #region check-set
/**
 * A set that grows: what was acknowledged is in every final read, nothing
 * is in any read that nobody added, or is there twice, and the final
 * reads are equal. What is answered while these are asked may be in them.
 */
export function checkSet(
  add: string,
  field: string,
  found: string,
): Check {
  return ({ all, finals }) => {
    const addedBy = ({ args }: Operation) => canon(args[field]);
    const added = done(all, add);
    const isLate = lateFor(finals);
    const late = new Set(added.filter(isLate).map(addedBy));
    const sure = added.map(addedBy).filter((one) => !late.has(one));
    const tried = all.filter(({ op }) => op === add).map(addedBy);
    const last = done(finals, "read");
    return firstOf(
      () => invented(done(all, "read"), new Set(tried), found),
      () => lost(last, sure, found),
      () => unequal(last, found, late),
    );
  };
}

// #endregion check-set

// #region set-faults
function invented(
  reads: readonly Operation[],
  tried: ReadonlySet<string>,
  found: string,
): Finding {
  for (const read of reads) {
    const values = valuesIn(read, found);
    const extra = values.find((value) => !tried.has(value));
    if (extra) return illegal(`nobody has added ${extra}`, read);
    const twice = values.find((one, at) => values.indexOf(one) < at);
    if (twice) return illegal(`${twice} is there twice`, read);
  }
  return fine;
}

function lost(
  finals: readonly Operation[],
  added: readonly string[],
  found: string,
): Finding {
  for (const read of finals) {
    const values = new Set(valuesIn(read, found));
    const missing = added.find((value) => !values.has(value));
    if (missing) return illegal(`${missing} is lost`, read);
  }
  return fine;
}

function unequal(
  finals: readonly Operation[],
  found: string,
  late: ReadonlySet<string>,
): Finding {
  const [first] = finals;
  const sets = finals.map((read) =>
    new Set(valuesIn(read, found)).difference(late),
  );
  const at = sets.findIndex(
    (set) => sets[0] && set.symmetricDifference(sets[0]).size > 0,
  );
  const other = finals[at];
  return first && other
    ? illegal("two servers differ in the end", first, other)
    : fine;
}
// #endregion set-faults

function valuesIn(read: Operation, found: string): readonly string[] {
  const values = read.result?.[found] ?? [];
  return (values as readonly Json[]).map(canonical);
}

function canon(value: Json | undefined): string {
  return canonical(value ?? null);
}
