/** The lock service as a real process: `node code/locks/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { lockService } from "./lock-service.ts";

await serve(lockService({ ttlMs: 10_000, firstToken: 1 }));
