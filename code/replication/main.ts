/** The store as real processes: `node code/replication/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { replica } from "./replication.ts";
import { asyncOptions } from "./state.ts";

await serve(replica(asyncOptions));
