/** Counters: g-counter and pn-counter. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import { type Check, done, fine, illegal, lateFor } from "./finding.ts";

// #region check-counter
/**
 * Every final read is the sum of what was acknowledged and of some of
 * what nobody knows the outcome of, or was answered later; all final
 * reads are equal, if nothing was; and no read is past what could ever
 * have been added.
 */
export const checkCounter: Check = ({ all, finals }) => {
  const adds = all.filter(({ op }) => op === "add");
  const last = done(finals, "read");
  const [first] = last;
  const isLate = lateFor(finals);
  const isQuiet = !adds.some(isLate);
  const possible = possibleSums(adds, isLate);
  const [least, most] = bounds(adds);
  for (const read of done(all, "read")) {
    const value = valueIn(read);
    if (value < least || value > most) {
      return illegal(`${value} is past all bounds`, read);
    }
  }
  for (const read of last) {
    const value = valueIn(read);
    if (!possible.has(value)) {
      const sums = [...possible].slice(0, 5).join(", ");
      return illegal(`${value} is in the end not of ${sums}`, read);
    }
    if (isQuiet && first && value !== valueIn(first)) {
      return illegal("two servers differ in the end", first, read);
    }
  }
  return fine;
};

/** With each add of unknown outcome, or without it. */
function possibleSums(
  adds: readonly Operation[],
  isLate: (add: Operation) => boolean,
): Set<number> {
  let sums = new Set([0]);
  for (const add of adds) {
    if (add.outcome === "fail") continue;
    const isSure = add.outcome === "ok" && !isLate(add);
    sums = new Set(
      [...sums].flatMap((sum) =>
        isSure ? [sum + delta(add)] : [sum, sum + delta(add)],
      ),
    );
  }
  return sums;
}
// #endregion check-counter

/** What all that was ever asked could come to. */
function bounds(adds: readonly Operation[]): readonly [number, number] {
  const deltas = adds
    .filter(({ outcome }) => outcome !== "fail")
    .map(delta);
  const sumOf = (some: readonly number[]) =>
    some.reduce((sum, one) => sum + one, 0);
  return [
    sumOf(deltas.filter((one) => one < 0)),
    sumOf(deltas.filter((one) => one > 0)),
  ];
}

function delta(add: Operation): number {
  return Number(add.args.delta);
}

function valueIn(read: Operation): number {
  return Number(read.result?.value);
}
