/**
 * Labs that need Node and nothing else: what a participant begins with, a small stand-in for Vitest, and a check that says which
 * steps are done. Tests and programs are those of the book.
 */
import { join } from "node:path";
import { bundleModule } from "../bundle.ts";
import { readText } from "../files.ts";
import { type Lab, startOf, taskOf } from "../labs.ts";

/** Files of `labs/` by path. */
export async function labFiles(
  root: string,
  toolchain: string,
  labs: readonly Lab[],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const lab of labs) {
    for (const [path, text] of startOf(root, lab)) files.set(`${lab.id}/${path}`, text);
    files.set(`${lab.id}/README.md`, readme(lab));
    files.set(`${lab.id}/hints.md`, hints(lab));
    const { steps, tests } = lab;
    files.set(`${lab.id}/lab.json`, `${JSON.stringify({ tests, steps }, null, 2)}\n`);
  }
  const api = JSON.stringify(join(toolchain, "scripts/run/test-api.ts"));
  const names = "test, it, describe, expect, beforeEach, beforeAll, afterEach, afterAll";
  const entries = {
    vitest: `import { testApi } from ${api};\nconst made = testApi();\nexport const collected = made.collected;\nexport const { ${names} } = made.api;`,
    "fast-check": 'export * from "fast-check";\nexport { default } from "fast-check";',
  };
  for (const [name, entry] of Object.entries(entries))
    files.set(`lib/${name}.js`, await bundleModule(toolchain, entry));
  files.set("check.js", readText(join(toolchain, "slides/kit/check.js")));
  files.set("package.json", '{ "private": true, "type": "module" }\n');
  return files;
}

/** What a lab is solved with, by path: the program as the book has it. */
export function solutionFiles(root: string, lab: Lab): Map<string, string> {
  const paths = [...new Set(lab.cuts.map(({ path }) => path))];
  return new Map(paths.map((path) => [path, readText(join(root, path))]));
}

function readme(lab: Lab): string {
  const places = [...new Set(lab.cuts.map(({ path }) => `- \`${path}\``))];
  const check = `Check, in the folder above: \`node check.js ${lab.id}\`. Three hints stand in \`hints.md\`.`;
  const shown = `## What it shows\n\n${lab.texts.get("Recap") ?? ""}`;
  return `${[...taskOf(lab, places, check), shown].join("\n\n")}\n`;
}

function hints(lab: Lab): string {
  const parts = [1, 2, 3].map((n) => `## Hint ${n}\n\n${lab.texts.get(`Hint ${n}`) ?? ""}`);
  return `# ${lab.title}: hints\n\nOne at a time.\n\n${parts.join("\n\n")}\n`;
}
