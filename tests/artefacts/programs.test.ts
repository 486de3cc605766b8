/** dist/code/: each program in one file, run where the book's folder is not, and in a page. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHtml } from "hast-util-from-html";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { listFiles } from "../../scripts/files.ts";
import { listSamples } from "../../scripts/samples.ts";
import { elements, property } from "../../scripts/tree.ts";
import { requireDist, rootPath } from "./dist.ts";

const folder = requireDist("code");
const samples = [...listSamples(rootPath)].map(
  ([name, path]) => [`${name.replaceAll("/", "-")}.ts`, path] as const,
);

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

function recorded(path: string): string {
  return readFileSync(join(rootPath, path.replace(/\.ts$/, ".out.txt")), "utf8");
}

test("the list leads to each program, and to nothing else", () => {
  const tree = fromHtml(readFileSync(join(folder, "index.html"), "utf8"));
  const linked = elements(tree, (node) => node.tagName === "a").map((node) =>
    property(node, "href"),
  );
  const files = listFiles(folder).filter((name) => name !== "index.html");
  expect(linked.toSorted()).toEqual(files.toSorted());
  expect(files).toEqual(expect.arrayContaining(samples.map(([file]) => file)));
});

test("a program runs with nothing beside it", () => {
  const place = mkdtempSync(join(tmpdir(), "program-"));
  try {
    copyFileSync(join(folder, "raft-kv.ts"), join(place, "raft-kv.ts"));
    const { stdout } = spawnSync(process.execPath, ["raft-kv.ts", "--seed", "3"], {
      cwd: place,
      encoding: "utf8",
    });
    const path = join(rootPath, "code/raft-kv/example.seed-3.out.txt");
    expect(stdout).toBe(readFileSync(path, "utf8"));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

test.each(samples)("%s prints in a page what it prints in the book", async (file, path) => {
  const code = stripTypeScriptTypes(readFileSync(join(folder, file), "utf8"));
  const page = await browser.newPage();
  const printed = await page.evaluate(async (source) => {
    const lines: string[] = [];
    console.log = (line: string) => lines.push(line);
    // Where a program asks for its command line, a page has none.
    Object.assign(globalThis, { process: { argv: [] } });
    const script = document.createElement("script");
    script.type = "module";
    script.src = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      window.onerror = reject;
      document.head.append(script);
    });
    return lines.join("\n");
  }, code);
  await page.close();
  expect(`${printed}\n`).toBe(recorded(path));
});
