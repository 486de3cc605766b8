/** The checker of each workload. */
// unprinted: for the chapter on testing
import { checkLinearizable } from "../../kernel/linearizable.ts";
import { kv } from "../../kernel/models.ts";
import { contractOf, type Workload } from "../workloads.ts";
import { checkAnswered, checkForm } from "./answers.ts";
import { checkAppends } from "./appends.ts";
import { checkCounter } from "./counter.ts";
import {
  type Check,
  type Finding,
  fine,
  firstOf,
  type Histories,
  illegal,
} from "./finding.ts";
import { checkKafka } from "./kafka.ts";
import { checkEcho, checkSet, checkUnique } from "./sets.ts";
import { checkTxn } from "./txn.ts";

const checkKv: Check = ({ all }) => {
  const found = checkLinearizable(kv, all);
  if (found.verdict === "illegal") {
    const { part, unplaced } = found.counterExample;
    return illegal(`no order explains key ${part}`, ...unplaced);
  }
  if (found.verdict === "unknown") {
    return { ...found, why: "too many orders to try" };
  }
  return fine;
};

// #region checks
/** The property of each workload. */
export const checks: { readonly [W in Workload]: Check } = {
  echo: checkEcho,
  "unique-ids": checkUnique,
  broadcast: checkSet("broadcast", "message", "messages"),
  "g-set": checkSet("add", "element", "value"),
  "g-counter": checkCounter,
  "pn-counter": checkCounter,
  "lin-kv": checkKv,
  "txn-list-append": checkAppends,
  "txn-rw-register": checkTxn,
  kafka: checkKafka,
};

/** Form, safety, and that every server answers in the end. */
export function checkWorkload(
  workload: Workload,
  histories: Histories,
): Finding {
  return firstOf(
    () => checkForm(contractOf(workload), histories),
    () => checks[workload](histories),
    () => checkAnswered(histories),
  );
}
// #endregion checks
