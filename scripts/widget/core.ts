/** The script that all widgets of a page share: `partialFailure.register` is how each of them makes itself known. */
import { mountAll, register, setState } from "./controller.ts";

const shared = { register, mountAll, setState, modules: {} };
(globalThis as { partialFailure?: typeof shared }).partialFailure = shared;

document.addEventListener("DOMContentLoaded", () => mountAll());
