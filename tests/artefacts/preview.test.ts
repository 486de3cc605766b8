/**
 * `npm run dev` on the fixture book in the real browser: each kind of edit is seen in the page that is open, without a reload and at the
 * place where the reader is; mistakes lie over the page until they are mended. How long each took is printed, and asserted by nobody,
 * since a machine may be busy.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { writeFile } from "../../scripts/files.ts";
import { rootPath } from "./dist.ts";

const root = mkdtempSync(join(tmpdir(), "preview-book-"));
const chapter = "chapters/01-counting.md";
const times = new Map<string, number>();
let preview: ChildProcess;
let address = "";
/** All that it has printed, and how much of it before the last edit. */
let said = "";
let saidBefore = 0;
let browser: Browser;
let page: Page;

const widget = `import { view } from "./view.ts";
export default {
  name: "dial", title: "A dial", presets: [], prediction: null, code: {},
  controls: { top: { kind: "number", label: "Top", min: 1, max: 9, step: 1, value: 5 } },
  simulate: ({ top }: { top: number }) =>
    Array.from({ length: top }, (_, at) => ({ say: "It shows " + at + ".", state: at, code: null })),
  view,
  table: (at: number) => ({ head: ["shows"], rows: [[at]] }),
};
`;
const view = `export function view(at: number): string {
  return \`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60"><text x="20" y="20">at \${at}</text></svg>\`;
}
`;
const shown = `

:::widget{#fig-dial name="dial" step=1 print-step=1}
A dial.
:::

`;

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function write(path: string, text: string): void {
  saidBefore = said.length;
  writeFileSync(join(root, path), text);
}

/** Two screens of text above and below what is edited, so that there is a place to keep. */
function lengthened(text: string): string {
  const long = (name: string): string =>
    Array.from(
      { length: 40 },
      (_, at) => `Paragraph ${name} ${at} is here to be scrolled past.\n`,
    ).join("\n");
  return text
    .replace("## The counter", `${long("before")}\n## The counter`)
    .replace(":::figure{#fig-box", `${shown}:::figure{#fig-box`)
    .concat("\n\n## The end\n\n", long("after"));
}

beforeAll(async () => {
  cpSync(join(rootPath, "tests/fixtures/book"), root, { recursive: true });
  writeFile(join(root, "figures/dial/widget.ts"), widget);
  writeFile(join(root, "figures/dial/view.ts"), view);
  write(chapter, lengthened(read(chapter)));
  cpSync(join(rootPath, "theme/screen.css"), join(root, "theme/screen.css"));
  preview = spawn(
    process.execPath,
    [join(rootPath, "scripts/dev.ts"), "complete", "--port", "0", "--root", root],
    { detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  address = await new Promise<string>((resolve, reject) => {
    preview.on("exit", () => reject(new Error(`npm run dev ended:\n${said}`)));
    for (const stream of [preview.stdout, preview.stderr])
      stream?.on("data", (chunk: Buffer) => {
        said += String(chunk);
        const found = /preview at (\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
  });
  browser = await openBrowser();
  page = await browser.newPage();
  await page.setViewport({ width: 1100, height: 800 });
  await page.goto(`${address}01-counting.html`, { waitUntil: "load" });
  await page.evaluate(() => {
    Object.assign(globalThis, { stays: true });
  });
});

afterAll(async () => {
  await browser?.close();
  if (preview?.exitCode === null && preview.pid) process.kill(-preview.pid, "SIGKILL");
  rmSync(root, { recursive: true, force: true });
  const line = [...times].map(([kind, ms]) => `${kind} ${Math.round(ms)} ms`).join(", ");
  console.log(`from the write to what is seen: ${line}`);
});

/** Edit, and wait in the page until a text is seen (and painted), the way it was asked for. */
async function edit(kind: string, path: string, text: string, seen: string): Promise<void> {
  const waiting = page.evaluate(
    (source) =>
      new Promise<number>((done) => {
        const isSeen = new Function(`return ${source}`) as () => boolean;
        const paint = () =>
          requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
        const look = (): void => {
          if (isSeen()) paint();
          else setTimeout(look, 5);
        };
        look();
      }),
    seen,
  );
  const startMs = performance.timeOrigin + performance.now();
  write(path, text);
  times.set(kind, (await waiting) - startMs);
}

/** The whole book has followed the last edit: the next one is made while nothing else is, as an author's mostly is. */
async function rest(): Promise<void> {
  await expect.poll(() => said.slice(saidBefore), { timeout: 60_000 }).toContain("made in");
}

function has(selector: string, text: string): string {
  return `(document.querySelector(${JSON.stringify(selector)})?.textContent ?? "").includes(${JSON.stringify(text)})`;
}

/** Where an element stands in the window, once it has been scrolled to; and where it stands later. */
async function scrollTo(selector: string): Promise<number> {
  return page.$eval(selector, (element) => {
    element.scrollIntoView({ block: "start", behavior: "instant" });
    scrollBy({ top: -120, behavior: "instant" });
    return Math.round(element.getBoundingClientRect().top);
  });
}

function topOf(selector: string): Promise<number> {
  return page.$eval(selector, (element) => Math.round(element.getBoundingClientRect().top));
}

function stays(): Promise<boolean> {
  return page.evaluate(() => "stays" in globalThis);
}

describe("an edit is seen in the open page, without a reload, where the reader is", () => {
  test("of a paragraph above the window", async () => {
    const top = await scrollTo("#the-counter");
    const more = "Paragraph before 3 is here, and it is longer now. ".repeat(20);
    const text = read(chapter).replace("Paragraph before 3 is", `${more}\n\nA new one.\n\nIt is`);
    await edit("first edit", chapter, text, has("main", "and it is longer now."));
    expect(await topOf("#the-counter")).toBe(top);
    expect(await stays()).toBe(true);
  });

  test("of the paragraph that is read", async () => {
    await rest();
    const text = read(chapter).replace("counters are old", "counters are very old");
    await edit("chapter", chapter, text, has("main", "counters are very old"));
    expect(await stays()).toBe(true);
  });

  test("of a listing, whose program an editor replaces by another file", async () => {
    const top = await scrollTo("#lst-counter");
    const path = "code/counter/counter.ts";
    const text = read(path).replace("#region counter\n", "#region counter\n// Counts up.\n");
    write(`${path}.tmp`, text);
    const waiting = page.waitForFunction(has("#lst-counter", "Counts up."));
    renameSync(join(root, `${path}.tmp`), join(root, path));
    await waiting;
    expect(await topOf("#lst-counter")).toBe(top);
    await rest();
    await edit("listing", path, text.replace("Counts up.", "Up."), has("#lst-counter", "// Up."));
    expect(await stays()).toBe(true);
  });

  test("of a figure", async () => {
    await rest();
    await scrollTo("#fig-ticks");
    const text = read("figures/ticks.ts").replace(/(?=\$\{after\})/, "after: ");
    await edit("figure", "figures/ticks.ts", text, has("#fig-ticks svg", "after: 8"));
    expect(await stays()).toBe(true);
  });

  test("of a widget, which keeps its state and what is open in it", async () => {
    await rest();
    const top = await scrollTo("#fig-dial");
    await page.waitForSelector("#fig-dial[data-mounted]");
    await page.locator('#fig-dial [data-do="next"]').click();
    await page.$eval("#fig-dial details", (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    const path = "figures/dial/view.ts";
    const text = read(path).replace(">at ", ">it is at ");
    await edit("widget", path, text, has("#fig-dial svg", "it is at 2"));
    expect(await page.$eval("#fig-dial details", (details) => details.hasAttribute("open"))).toBe(
      true,
    );
    await page.locator('#fig-dial [data-do="next"]').click();
    expect(await page.$eval("#fig-dial svg", (svg) => svg.textContent)).toBe("it is at 3");
    expect(await topOf("#fig-dial")).toBe(top);
    expect(await stays()).toBe(true);
  });

  test("of the style", async () => {
    await rest();
    const top = await scrollTo("#fig-box");
    const color = `getComputedStyle(document.querySelector("main p")).outlineColor === "rgb(1, 2, 3)"`;
    const sheet = read("theme/screen.css");
    await edit(
      "style",
      "theme/screen.css",
      `${sheet}\nmain p { outline-color: rgb(1, 2, 3); }\n`,
      color,
    );
    expect(await topOf("#fig-box")).toBe(top);
    expect(await stays()).toBe(true);
  });
});

describe("a mistake lies over the page that was last whole", () => {
  const overlay = '[role="alert"].preview-mistakes';
  const isGone = `!document.querySelector(${JSON.stringify(overlay)})`;

  test("with place, rule and the nearest name, until it is mended", async () => {
    await rest();
    const good = read(chapter);
    const bad = good.replace(":ref[fig-ticks]", ":ref[fig-tics]");
    const line = bad.slice(0, bad.indexOf(":ref[fig-tics]")).split("\n").length;
    await edit("mistake", chapter, bad, has(overlay, "reference-exists"));
    const text = await page.$eval(overlay, (element) => element.textContent ?? "");
    expect(text).toMatch(new RegExp(`${chapter}:${line}:\\d+ +reference-exists`));
    expect(text).toContain('did you mean "fig-ticks"?');
    expect(await page.$("#fig-ticks svg")).not.toBeNull();
    await edit("mended", chapter, good, isGone);
    expect(await stays()).toBe(true);
  });

  test("hidden by Escape", async () => {
    const good = read(chapter);
    await edit("mistake", chapter, `${good}\n\n<b>raw</b>\n`, has(overlay, "no-raw-html"));
    await page.keyboard.press("Escape");
    expect(await page.$(overlay)).toBeNull();
    // The whole book finds the same, and says so.
    await expect.poll(() => said.slice(saidBefore), { timeout: 60_000 }).toContain("no-raw-html");
    expect(await page.$(overlay)).toBeNull();
    await edit("mended", chapter, `${good}\n\nMended.\n`, has("main", "Mended."));
  });

  test("where a program does not parse, at its own line and column", async () => {
    const good = read("figures/ticks.ts");
    const bad = good.replace("const after =", "const after: =");
    await edit("syntax", "figures/ticks.ts", bad, has(overlay, "figures/ticks.ts:6:16"));
    await edit("mended", "figures/ticks.ts", good, isGone);
    expect(await stays()).toBe(true);
  });

  test("where a figure throws, with the line of its program and no stack", async () => {
    const good = read("figures/ticks.ts");
    const bad = good.replace(
      "const after =",
      'if (seed > 0) throw new Error("No ink");\n  const after =',
    );
    await edit("throw", "figures/ticks.ts", bad, has(overlay, "No ink"));
    const text = await page.$eval(overlay, (element) => element.textContent ?? "");
    expect(text).toContain("see figures/ticks.ts:6:23");
    expect(text).toMatch(/chapters\/01-counting\.md:\d+:\d+ +figure-draws/);
    expect(text).not.toMatch(/node:|file:|\n +at /);
    await edit("mended", "figures/ticks.ts", good, isGone);
    expect(await page.$eval("#fig-ticks svg", (svg) => svg.textContent)).toBe("after: 8");
    expect(await stays()).toBe(true);
  });
});

describe("the server", () => {
  test("serves what belongs to the edition and no other file", async () => {
    const { port } = new URL(address);
    const statusOf = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = get({ host: "127.0.0.1", port, path }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on("error", reject);
      });
    expect(await statusOf("/assets/book.css")).toBe(200);
    for (const path of [
      "/../editions/book.yaml",
      "/%2e%2e/editions/book.yaml",
      "/editions/book.yaml",
      "/%",
      "//etc/passwd",
    ])
      expect(await statusOf(path)).toBe(404);
  });

  test("ends at an interrupt, with everything that it started", async () => {
    const ended = new Promise((resolve) => preview.once("exit", resolve));
    preview.kill("SIGINT");
    expect(await ended).toBe(0);
    const group = -(preview.pid ?? Number.NaN);
    await expect.poll(() => isThere(group), { timeout: 20_000 }).toBe(false);
  });
});

function isThere(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    // No process of the group is left.
    return false;
  }
}
