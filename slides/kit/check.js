/*
 * node check.js doctor      says whether this machine is ready
 * node check.js 01-cap      says which steps of a lab are done
 *
 * Needs Node 22.18 or later and nothing else; the tests are those of the book.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const labs = readdirSync(here).filter((name) => existsSync(join(here, name, "lab.json")));
const [name] = process.argv.slice(2);
if (name === "doctor") {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isNew = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
  console.log(`${isNew ? "good" : "BAD "}  Node ${process.versions.node}, wanted 22.18 or later`);
  console.log(`${labs.length > 0 ? "good" : "BAD "}  ${labs.length} labs stand beside this file`);
  process.exit(isNew && labs.length > 0 ? 0 : 1);
}
if (!labs.includes(name)) {
  console.error(`Which lab? One of ${labs.join(", ")}: node check.js ${labs[0]}`);
  process.exit(2);
}

const { tests, steps } = JSON.parse(readFileSync(join(here, name, "lab.json"), "utf8"));

// What tests import by name stands in lib/: no package has to be installed.
registerHooks({
  resolve(specifier, context, next) {
    const path = join(here, "lib", `${specifier}.js`);
    const isOurs = /^[a-z-]+$/.test(specifier) && existsSync(path);
    return isOurs
      ? { url: pathToFileURL(path).href, shortCircuit: true }
      : next(specifier, context);
  },
});
const { collected } = await import("vitest");
let unloaded = null;
for (const path of tests)
  try {
    await import(pathToFileURL(join(here, name, path)).href);
  } catch (error) {
    unloaded ??= error;
  }

/** The first test of a step that fails, with what it says; null when all pass. */
async function failureOf(words) {
  const own = collected.filter(({ title }) => title.replaceAll(" > ", " ").includes(words));
  if (own.length === 0) return unloaded ?? new Error("the tests of this step did not load");
  for (const { run } of own)
    try {
      await run();
    } catch (error) {
      return error;
    }
  return null;
}

let open = 0;
for (const [index, { title, tests: words }] of steps.entries()) {
  const error = await failureOf(words);
  console.log(`${error ? "open" : "done"}  ${index + 1}. ${title}`);
  if (!error) continue;
  open += 1;
  const lines = String(error.message ?? error)
    .trim()
    .split("\n");
  for (const line of lines.slice(0, 3)) console.log(`          ${line}`);
}
console.log(open === 0 ? "All steps are done." : `${open} of ${steps.length} steps are open.`);
process.exit(open === 0 ? 0 : 1);
