/** The ledger as a real process: `node code/idempotency/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { ledger, ledgerOptions } from "./ledger.ts";

await serve(ledger(ledgerOptions));
