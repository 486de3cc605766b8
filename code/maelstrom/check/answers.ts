/** What holds of every workload: form, and an end to all waiting. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import { misfit } from "../shapes.ts";
import type { Contract } from "../workloads.ts";
import {
  type Finding,
  fine,
  type Histories,
  illegal,
} from "./finding.ts";

// #region form
/** Answers have the type and the fields of the contract, no others. */
export function checkForm(
  contract: Contract,
  { all }: Histories,
): Finding {
  for (const operation of all) {
    const wrong = wrongIn(contract, operation);
    if (wrong !== null) {
      return illegal(
        `${operation.op}: wrong answer, ${wrong}`,
        operation,
      );
    }
  }
  return fine;
}

function wrongIn(
  contract: Contract,
  { op, result, outcome }: Operation,
): string | null {
  if (result === null) return null;
  if (result.type === "error") {
    return typeof result.code === "number" ? null : "no code";
  }
  if (outcome !== "ok" || result.type !== `${op}_ok`) {
    return `type "${result.type}"`;
  }
  const fields = contract[op]?.reply ?? {};
  const missing = misfit(fields, result);
  if (missing !== undefined) return `look at "${missing}"`;
  const known = [
    "type",
    "msg_id",
    "in_reply_to",
    ...Object.keys(fields),
  ];
  const extra = Object.keys(result).find(
    (name) => !known.includes(name),
  );
  return extra === undefined ? null : `"${extra}" is not agreed`;
}
// #endregion form

// #region finals-answered
/** After the faults every server must answer again: liveness. */
export function checkAnswered({ finals }: Histories): Finding {
  const open = finals.filter(({ outcome }) => outcome !== "ok");
  // Asked again after a time-out, and answered then.
  const never = open.find(
    ({ process }) =>
      !finals.some(
        (other) => other.process === process && other.outcome === "ok",
      ),
  );
  if (finals.length === 0)
    return illegal("no server was asked at last");
  return never ? illegal("a server does not answer", never) : fine;
}
// #endregion finals-answered
