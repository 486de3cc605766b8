/**
 * The scripts of widgets: each `figures/<name>/widget.ts` with the programs that it runs, as one classic script (modules do not
 * load from file://), over a core that all of a page share: the controller, the kernel, the helpers of drawing.
 */
import { join } from "node:path";
import { bundleScript } from "./bundle.ts";
import { closureOf, filesOf } from "./closure.ts";
import { hashOf, isFile, listFiles, readText, writeFile } from "./files.ts";
import { corePath, scriptPath } from "./script-files.ts";

/** Names of the folders of figures/ that hold a widget. */
export function widgetNames(root: string): string[] {
  return listFiles(join(root, "figures"))
    .map((path) => /^([^/]+)\/widget\.ts$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
}

/**
 * Script texts by path below html/: the core, and one a widget.
 *
 * @param toolchain  folder of the toolchain, which has the controller
 */
export async function bundleWidgets(
  root: string,
  toolchain: string,
  cacheFolder: string,
): Promise<Map<string, string>> {
  const names = widgetNames(root);
  if (names.length === 0) return new Map();
  const shared = sharedModules(root);
  const scripts = new Map<string, string>();
  const lock = readText(join(toolchain, "package-lock.json"));
  const kept = async (path: string, inputs: readonly string[], make: () => Promise<string>) => {
    const file = join(cacheFolder, `${hashOf([path, lock, ...shared, ...inputs])}.js`);
    if (!isFile(file)) writeFile(file, await make());
    scripts.set(path, readText(file));
  };
  const own = closureOf(toolchain, "scripts/widget/core.ts");
  const texts = shared.flatMap((path) => closureOf(root, path));
  await kept(corePath, [...own, ...texts], () => bundleCore(root, toolchain, shared));
  for (const name of names)
    await kept(scriptPath(name), closureOf(root, `figures/${name}/widget.ts`), () =>
      bundleWidget(root, name, shared),
    );
  return scripts;
}

/** The kernel and what lies beside the folders of figures: more than one widget lives on them. */
export function sharedModules(root: string): string[] {
  const paths = widgetNames(root).flatMap((name) => [
    ...filesOf(root, `figures/${name}/widget.ts`).keys(),
  ]);
  return [...new Set(paths.filter(isShared))].sort();
}

function isShared(path: string): boolean {
  return /^code\/kernel\/|^figures\/[^/]+\.ts$/.test(path);
}

export function bundleCore(root: string, toolchain: string, shared: readonly string[]) {
  return bundleScript(root, coreEntry(root, toolchain, shared));
}

export function bundleWidget(root: string, name: string, shared: readonly string[]) {
  return bundleScript(root, widgetEntry(root, name), new Set(shared));
}

function coreEntry(root: string, toolchain: string, shared: readonly string[]): string {
  const core = JSON.stringify(join(toolchain, "scripts/widget/core.ts"));
  return [
    `import ${core};`,
    ...shared.map((path, at) => `import * as m${at} from ${JSON.stringify(join(root, path))};`),
    ...shared.map((path, at) => `partialFailure.modules[${JSON.stringify(path)}] = m${at};`),
  ].join("\n");
}

function widgetEntry(root: string, name: string): string {
  const path = JSON.stringify(join(root, "figures", name, "widget.ts"));
  return `import widget from ${path};\npartialFailure.register(widget);`;
}
