/** Modules of TypeScript → one classic script for a page: modules do not load from file://. Small, and the same each time. */
import { dirname, join, relative, sep } from "node:path";
import { type Plugin, rolldown } from "rolldown";

/**
 * @param entry  text of the module that is begun with; what it imports is named by whole paths
 * @param held  repository paths of modules that another script has put into `partialFailure.modules`
 */
export async function bundleScript(
  root: string,
  entry: string,
  held: ReadonlySet<string> = new Set(),
): Promise<string> {
  const name = "\0entry";
  const prefix = "held:";
  const plugin: Plugin = {
    name: "entry",
    resolveId(id, importer) {
      if (id === name) return id;
      if (!id.startsWith(".") || importer === undefined) return null;
      const path = relative(root, join(dirname(importer), id))
        .split(sep)
        .join("/");
      return held.has(path) ? { id: prefix + path, external: true } : null;
    },
    load: (id) => (id === name ? entry : null),
  };
  const build = await rolldown({
    input: name,
    cwd: root,
    plugins: [plugin],
    platform: "browser",
    logLevel: "silent",
  });
  const { output } = await build.generate({
    format: "iife",
    minify: true,
    globals: (id) => `partialFailure.modules[${JSON.stringify(id.slice(prefix.length))}]`,
  });
  await build.close();
  return output[0].code;
}
