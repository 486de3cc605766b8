/** What moves in the pages of the HTML edition, made ready: widgets, and programs that run. */
import { cacheFolder, toolchainRoot } from "./book.ts";
import type { Runnable } from "./output/run-pages.ts";
import { runnableNames, runnableProgram, runScripts } from "./runnable.ts";
import { bundleWidgets } from "./widgets.ts";

export type PageScripts = {
  readonly widgets: ReadonlyMap<string, string>;
  readonly runnable: Runnable | null;
};

export async function pageScripts(root: string): Promise<PageScripts> {
  const names = new Set(runnableNames(root));
  const cache = cacheFolder(root, "scripts");
  return {
    widgets: await bundleWidgets(root, toolchainRoot, cache),
    runnable:
      names.size === 0
        ? null
        : {
            names,
            program: (name) => runnableProgram(root, name),
            scripts: await runScripts(root, toolchainRoot, cache),
          },
  };
}
