/** The store as a real process: `node code/quorum-store/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { quorumStore } from "./quorum-store.ts";
import { dynamoOptions } from "./state.ts";

await serve(quorumStore({ ...dynamoOptions, isSloppy: true }));
