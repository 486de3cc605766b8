/** Modules of TypeScript → one script: classic for a page, since modules do not load from file://, or a module for Node. Small, and the same each time. */
import { dirname, join, relative, sep } from "node:path";
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from "rolldown";

const entryName = "\0entry";

/**
 * @param entry  text of the module that is begun with; what it imports is named by whole paths
 * @param held  repository paths of modules that another script has put into `partialFailure.modules`
 */
export async function bundleScript(
  root: string,
  entry: string,
  held: ReadonlySet<string> = new Set(),
): Promise<string> {
  const prefix = "held:";
  const plugin: Plugin = {
    name: "entry",
    resolveId(id, importer) {
      if (id === entryName) return id;
      if (!id.startsWith(".") || importer === undefined) return null;
      const path = relative(root, join(dirname(importer), id))
        .split(sep)
        .join("/");
      return held.has(path) ? { id: prefix + path, external: true } : null;
    },
    load: (id) => (id === entryName ? entry : null),
  };
  return generated(
    { cwd: root, platform: "browser", plugins: [plugin] },
    {
      format: "iife",
      globals: (id) => `partialFailure.modules[${JSON.stringify(id.slice(prefix.length))}]`,
    },
  );
}

/** The same as one ES module for Node: nothing is left to install. */
export function bundleModule(root: string, entry: string): Promise<string> {
  const plugin: Plugin = {
    name: "entry",
    resolveId: (id) => (id === entryName ? id : null),
    load: (id) => (id === entryName ? entry : null),
  };
  return generated({ cwd: root, platform: "node", plugins: [plugin] }, { format: "esm" });
}

async function generated(input: InputOptions, output: OutputOptions): Promise<string> {
  const build = await rolldown({ input: entryName, logLevel: "silent", ...input });
  const made = await build.generate({ minify: true, ...output });
  await build.close();
  return made.output[0].code;
}
