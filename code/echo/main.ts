/** The echo node as a real process: `node code/echo/main.ts --help`. */
import { serve } from "../runtime/serve.ts";
import { echo } from "./echo.ts";

await serve(echo);
