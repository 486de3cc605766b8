/** The register as a real process: `node code/abd/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { abd } from "./abd.ts";
import { paperOptions } from "./state.ts";

await serve(abd(paperOptions));
