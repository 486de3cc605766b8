/** What Lighthouse says of pages as a phone gets them: over a slow line, with a slow processor, from a server that compresses. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import lighthouse from "lighthouse";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { folder, longest, pages, programPages } from "./html-pages.ts";

const leastOf = { performance: 95, accessibility: 100, "best-practices": 100 } as const;
type Kind = keyof typeof leastOf;
const kinds = Object.keys(leastOf) as Kind[];
/** Other work on the machine slows a page, and is no fault of it: the best of some runs counts. */
const runsMax = 4;

const types: { readonly [ending: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".woff2": "font/woff2",
};

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await openBrowser();
  const bodies = new Map<string, Buffer>();
  server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").slice(1);
    const ending = extname(path);
    if (!pages.includes(path) && !path.startsWith("assets/")) {
      response.writeHead(path === "favicon.ico" ? 204 : 404).end();
      return;
    }
    const isFace = ending === ".woff2";
    const bytes = bodies.get(path) ?? readFileSync(join(folder, path));
    const body = bodies.has(path) || isFace ? bytes : gzipSync(bytes);
    bodies.set(path, body);
    response.writeHead(200, {
      "content-type": types[ending] ?? "application/octet-stream",
      ...(isFace ? {} : { "content-encoding": "gzip" }),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

test.each([
  ["the contents", "index.html"],
  ["the longest chapter", longest],
  ["a whole program", programPages[0] ?? ""],
])("is content with %s", async (_what, name) => {
  const best: Record<Kind, number> = { performance: 0, accessibility: 0, "best-practices": 0 };
  const isEnough = () => kinds.every((kind) => best[kind] >= leastOf[kind]);
  for (let run = 0; run < runsMax && !isEnough(); run++)
    for (const [kind, score] of await scoresOf(name)) best[kind] = Math.max(best[kind], score);
  expect(
    kinds.filter((kind) => best[kind] < leastOf[kind]).map((kind) => [kind, best[kind]]),
  ).toEqual([]);
});

async function scoresOf(name: string): Promise<[Kind, number][]> {
  const { port } = server.address() as AddressInfo;
  const result = await lighthouse(`http://127.0.0.1:${port}/${name}`, {
    port: Number(new URL(browser.wsEndpoint()).port),
    logLevel: "error",
    onlyCategories: [...kinds],
  });
  const failure = result ? result.lhr.runtimeError : { message: "Lighthouse says nothing" };
  if (!result || failure) throw new Error(failure?.message);
  const { categories } = result.lhr;
  return kinds.map((kind) => [kind, Math.round(100 * (categories[kind]?.score ?? 0))]);
}
