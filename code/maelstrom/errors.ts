/** The error codes of Maelstrom (doc/protocol.md, "Errors"). */
// unprinted: for the chapter on testing
import type { Body } from "../kernel/node.ts";

// #region errors
/**
 * Definite errors promise that it was not done and never will be; after
 * any other the request may have been carried out, or may be yet.
 */
export const errors = {
  timeout: { code: 0, isDefinite: false },
  "node-not-found": { code: 1, isDefinite: true },
  "not-supported": { code: 10, isDefinite: true },
  "temporarily-unavailable": { code: 11, isDefinite: true },
  "malformed-request": { code: 12, isDefinite: true },
  crash: { code: 13, isDefinite: false },
  abort: { code: 14, isDefinite: true },
  "key-does-not-exist": { code: 20, isDefinite: true },
  "key-already-exists": { code: 21, isDefinite: true },
  "precondition-failed": { code: 22, isDefinite: true },
  "txn-conflict": { code: 30, isDefinite: true },
} as const;

export type ErrorName = keyof typeof errors;

export function failed(name: ErrorName, why: string): Body {
  return { type: "error", code: errors[name].code, text: why };
}
// #endregion errors
