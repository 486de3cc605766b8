/** Breakers as they should not be: each breaks one promise. */
import { acquire, type Breaker, record } from "./breaker.ts";
import type { Rules } from "./invariants.ts";

// #region broken-breakers
/** Waits for a success to close it, and lets no call try for one. */
const neverHalfOpens: Rules["acquire"] = (options, breaker, nowMs) =>
  breaker.state.kind === "open"
    ? [breaker, null]
    : acquire(options, breaker, nowMs);

/** Half-open is as good as closed: the whole herd goes through. */
const lettingAllThrough: Rules["acquire"] = (...args) => {
  const [breaker, permit] = acquire(...args);
  const { state, period } = breaker;
  if (state.kind !== "half-open") return [breaker, permit];
  const permitsLeft = args[0].probes;
  return [{ period, state: { ...state, permitsLeft } }, period];
};

/** Calls that began before it opened are counted among the probes. */
const countingTheLate: Rules["record"] = (
  options,
  breaker,
  _,
  ...rest
) => record(options, breaker, breaker.period, ...rest);

/** A 4xx is an error, is it not? */
const countingMistakes: Rules["record"] = (
  o,
  b,
  permit,
  outcome,
  ...rest
) =>
  record(
    o,
    b,
    permit,
    outcome === "ignored" ? "failure" : outcome,
    ...rest,
  );

// #region loses-probes
/** A probe that said nothing is not given back. */
const losingProbes: Rules["record"] = (
  o,
  breaker,
  permit,
  outcome,
  ...rest
) =>
  outcome === "ignored"
    ? breaker
    : record(o, breaker, permit, outcome, ...rest);
// #endregion loses-probes

export const brokenBreakers: Readonly<Record<string, Rules>> = {
  "never half-opens": { acquire: neverHalfOpens, record },
  "half-open lets all through": { acquire: lettingAllThrough, record },
  "counts late results": { acquire, record: countingTheLate },
  "counts the caller's mistakes": { acquire, record: countingMistakes },
  "loses probes": { acquire, record: losingProbes },
};
// #endregion broken-breakers

/** Can it ever close again, if every call from now on is good? */
export function closesAgain(
  { acquire, record }: Rules,
  options: Parameters<typeof acquire>[0],
  breaker: Breaker,
  nowMs: number,
): boolean {
  let state = breaker;
  for (let n = 1; n <= options.probes + 1; n += 1) {
    const atMs = nowMs + n * (options.openMs + 1);
    const [asked, permit] = acquire(options, state, atMs);
    state =
      permit === null
        ? asked
        : record(options, asked, permit, "success", 0, atMs);
  }
  return state.state.kind === "closed";
}
