/** The chain as real processes: `node code/chain/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { chain } from "./chain.ts";
import { paperOptions } from "./state.ts";

await serve(chain({ ...paperOptions, master: null }));
