/** A member as a real process: `node code/gossip/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { practicalOptions } from "./options.ts";
import { swim } from "./swim.ts";

await serve(swim(practicalOptions));
