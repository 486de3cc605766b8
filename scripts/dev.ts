/** Command: the HTML of one edition in a browser, which follows each edit of the book where the reader is. Loopback only. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { toolchainRoot } from "./book.ts";
import { bundleScript } from "./bundle.ts";
import { type Arguments, command, UsageError } from "./cli.ts";
import { follow, prepare, startPreview } from "./preview/preview.ts";
import { fileOf, mistakesShown } from "./preview/served.ts";
import { previewServer } from "./preview/server.ts";
import { watchFolders } from "./preview/watch.ts";

const help = `npm run dev                      previews the edition "complete" on a local port; the open page follows each edit
npm run dev -- sample            previews another edition

  --port N     another port than 4173
  --root DIR   another book that has this layout`;

/** What can change below a book, and what of the toolchain it looks like. */
function watched(root: string): Map<string, string> {
  const own = ["chapters", "code", "figures", "editions", "theme"];
  return new Map([
    [join(toolchainRoot, "theme"), "theme"],
    ...own.map((name) => [join(root, name), name] as const),
  ]);
}

async function dev({ values, positionals, root }: Arguments): Promise<number> {
  const port = Number(values.port ?? 4173);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`A port is a number up to 65535, not "${String(values.port)}"`);
  const thread = new Worker(new URL("./preview/whole.ts", import.meta.url), {
    workerData: { root, wanted: positionals[0] ?? null },
  });
  const preview = await startPreview(root, thread, (text) => process.stdout.write(`${text}\n`));
  const entry = `import ${JSON.stringify(join(toolchainRoot, "scripts/preview/client.ts"))};`;
  const client = await bundleScript(toolchainRoot, entry);
  const { served } = preview;
  preview.server = previewServer(
    (path) => fileOf(served, path),
    client,
    (page) => {
      prepare(preview, page);
      return { kind: "mistakes", mistakes: mistakesShown(served) };
    },
  );
  const { server } = preview.server;
  server.on("error", (error: NodeJS.ErrnoException) => {
    process.stderr.write(
      error.code === "EADDRINUSE"
        ? `Port ${port} is taken; choose another with --port\n`
        : `${error.message}\n`,
    );
    process.exit(1);
  });
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    process.stdout.write(
      `preview at http://127.0.0.1:${typeof address === "object" && address ? address.port : port}/\n`,
    );
  });
  const unwatch = watchFolders(watched(root), (paths) => follow(preview, paths));
  return new Promise((resolve) => {
    const stop = async (): Promise<void> => {
      unwatch();
      server.close();
      server.closeAllConnections();
      await thread.terminate();
      resolve(0);
      process.exit(0);
    };
    process.once("SIGINT", () => void stop());
    process.once("SIGTERM", () => void stop());
  });
}

await command(help, { port: { type: "string" } }, dev);
