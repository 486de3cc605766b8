/** unique-ids as a process of its own; `--help` tells how. */
// unprinted: for the chapter on testing
import { serve } from "../../runtime/serve.ts";
import { nodeOf } from "../nodes.ts";

await serve(nodeOf("unique-ids"));
