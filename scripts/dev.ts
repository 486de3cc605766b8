/** Command: the HTML of one edition in a browser, made anew whenever a file of the book changes. Loopback only. */
import { existsSync, watch } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import type { Browser } from "puppeteer";
import { forFormat } from "./assemble.ts";
import { makeBook, themeText } from "./book.ts";
import { closeBrowser, openBrowser } from "./browser.ts";
import { type Arguments, command, oneOf, UsageError } from "./cli.ts";
import { keptPrograms, keptSubset } from "./kept.ts";
import { htmlFiles } from "./output/html.ts";
import { pageScripts } from "./page-scripts.ts";
import { silent } from "./progress.ts";
import { formatMessages, hasErrors } from "./report.ts";

const help = `npm run dev                      previews the edition "complete" on a local port; changes reload the page
npm run dev -- sample            previews another edition

  --port N     another port than 4173
  --root DIR   another book that has this layout`;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".woff2": "font/woff2",
};
const reload = `<script>new EventSource("/changes").onmessage = () => location.reload();</script>`;

async function dev({ values, positionals, root }: Arguments): Promise<number> {
  const port = Number(values.port ?? 4173);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`A port is a number up to 65535, not "${String(values.port)}"`);
  let browser: Promise<Browser> | null = null;
  const open = (): Promise<Browser> => {
    browser ??= openBrowser();
    return browser;
  };
  let files = new Map<string, string | Uint8Array>();
  let messages = "";
  const listeners = new Set<ServerResponse>();

  const make = async (): Promise<void> => {
    const startMs = performance.now();
    try {
      const made = await makeBook({ root, browser: open, progress: silent, prove: false });
      messages = hasErrors(made.files) ? formatMessages(made.files) : "";
      if (messages === "") {
        const id = oneOf(
          "edition",
          positionals[0] ?? made.editions[0]?.edition.id ?? "",
          made.editions.map((edition) => edition.edition.id),
        );
        const edition = made.editions.find((each) => each.edition.id === id);
        if (edition)
          files = await htmlFiles(forFormat(edition, "html"), {
            ...(await pageScripts(root)),
            theme: (name) => themeText(root, name),
            subset: keptSubset(root),
            programs: keptPrograms(root, made.sources),
            printed: null,
          });
      }
    } catch (error) {
      if (error instanceof UsageError && files.size === 0) throw error;
      // A half-saved program or style sheet must not end the preview: it is shown, and the next save mends it.
      messages = (error as Error).message;
    }
    process.stdout.write(
      messages === "" ? `made in ${Math.round(performance.now() - startMs)} ms\n` : `${messages}\n`,
    );
    for (const listener of listeners) listener.write("data: changed\n\n");
  };
  await make();

  const server = createServer((request, response) => {
    const path =
      decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/").slice(1) || "index.html";
    if (path === "changes") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      listeners.add(response);
      request.on("close", () => listeners.delete(response));
      return;
    }
    const data = files.get(path);
    if (data === undefined && extname(path) !== ".html") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-store",
    });
    response.end(
      extname(path) === ".html"
        ? withReload(
            String(data ?? "<!doctype html><title>Preview</title><p>No such page."),
            messages,
          )
        : data,
    );
  });
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
  watchBook(root, make);
  return new Promise((resolve) => {
    const stop = async (): Promise<void> => {
      server.close();
      for (const listener of listeners) listener.end();
      if (browser) await closeBrowser(await browser);
      resolve(0);
      process.exit(0);
    };
    process.once("SIGINT", () => void stop());
    process.once("SIGTERM", () => void stop());
  });
}

/** The page with a reload script in the place of the policy that forbids one, and with the mistakes on top. */
function withReload(html: string, messages: string): string {
  const shown = messages.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const banner =
    messages === ""
      ? ""
      : `<pre style="position:sticky;top:0;z-index:9;margin:0;padding:1rem;background:#8a2b1f;color:#fff;white-space:pre-wrap">${shown}</pre>`;
  return html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, reload)
    .replace(/(<body[^>]*>)/, `$1${banner}`);
}

/** Call `make` after changes have settled; never twice at a time. */
function watchBook(root: string, make: () => Promise<void>): void {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  for (const folder of ["chapters", "code", "figures", "editions", "theme"]) {
    if (!existsSync(join(root, folder))) continue;
    watch(join(root, folder), { recursive: true }, () => {
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => {
        running = running.then(make);
      }, 60);
    });
  }
}

await command(help, { port: { type: "string" } }, dev);
