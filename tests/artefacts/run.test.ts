/**
 * The pages on which programs are changed and run, in the real browser, from a folder, without a network: what is printed is what the book
 * prints, tests pass, a broken program falls over its invariant with a picture, an endless loop is stopped.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { listFiles } from "../../scripts/files.ts";
import { requireDist } from "./dist.ts";
import { axeObjections } from "./watched-pages.ts";

const folder = requireDist("complete", "html");
const pages = listFiles(folder).filter((name) => /^run-.*\.html$/.test(name));

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** A page that is ready to run, and what went wrong in it. */
async function open(name: string, hash = ""): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  await page.setOfflineMode(true);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(pathToFileURL(join(folder, name)).href + hash);
  await page.waitForSelector("[data-ready]");
  return { page, problems };
}

/** Press a button, wait until it is over, and read what the page says of it. */
async function press(page: Page, id: string): Promise<string> {
  await page.$eval("#state", (state) => {
    state.textContent = "";
  });
  await page.click(`#${id}`);
  await page.waitForFunction(
    () => /[^…]$/.test(document.querySelector("#state")?.textContent ?? ""),
    { timeout: 110_000 },
  );
  return textOf(page, "#state");
}

function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (node) => node.textContent ?? "");
}

/** Change the open file in the editor as a reader would, by what it has and shall have. */
async function edit(page: Page, path: string, from: string, to: string): Promise<void> {
  await page.select("#file", path);
  const all = await page.evaluate((name) => {
    const { partialFailure } = globalThis as never as {
      partialFailure: { program: { files: Record<string, string> } };
    };
    return partialFailure.program.files[name] ?? "";
  }, path);
  expect(all.split(from), `${path} has "${from}" once`).toHaveLength(2);
  await page.focus(".cm-content");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.evaluate(
    (text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
      document.querySelector(".cm-content")?.dispatchEvent(paste);
    },
    all.replace(from, to),
  );
}

test("there is a page for each program that the edition prints and that has a sample", () => {
  expect(pages.length).toBeGreaterThan(20);
});

test("each program prints in its page what the book has recorded", async () => {
  const wrong: string[] = [];
  for (const name of pages) {
    const { page, problems } = await open(name);
    const said = await press(page, "run");
    if (said !== "It printed what the book has.") problems.push(said);
    wrong.push(...problems.map((problem) => `${name}: ${problem}`));
    await page.close();
  }
  expect(wrong).toEqual([]);
}, 600_000);

test("the tests of each program pass in its page", async () => {
  const wrong: string[] = [];
  for (const name of pages) {
    const { page, problems } = await open(name);
    const said = await press(page, "test");
    if (!/^\d+ passed, 0 failed\.$/.test(said) || said.startsWith("0")) problems.push(said);
    wrong.push(...problems.map((problem) => `${name}: ${problem}`));
    await page.close();
  }
  expect(wrong).toEqual([]);
}, 600_000);

test("a listing leads to its region, a transcript to its sample and seed", async () => {
  const chapter = listFiles(folder).find((name) => /^\d+-locks\.html$/.test(name)) ?? "";
  const html = readFileSync(join(folder, chapter), "utf8");
  const links = [...html.matchAll(/href="(run-[^"#]+)(#[^"]+)"/g)];
  const listing = links.find(([, , hash]) => hash?.includes("file=code/locks/store.ts"));
  const transcript = links.find(([, , hash]) => hash?.includes("sample=locks/paused"));
  const { page } = await open(listing?.[1] ?? "", listing?.[2]?.replaceAll("&#x26;", "&"));
  expect(await page.$eval("#file", (file) => (file as HTMLSelectElement).value)).toBe(
    "code/locks/store.ts",
  );
  expect(await textOf(page, ".cm-activeLine, .cm-line")).toMatch(/\S/);
  await page.close();
  const other = await open(transcript?.[1] ?? "", transcript?.[2]?.replaceAll("&#x26;", "&"));
  expect(await other.page.$eval("#sample", (one) => (one as HTMLSelectElement).value)).toBe(
    "locks/paused",
  );
  await other.page.close();
});

test("each number stands beside its line, whenever the faces come", async () => {
  const { page, problems } = await open(pages[0] ?? "");
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() => {
    const tops = (selector: string) =>
      [...document.querySelectorAll<HTMLElement>(selector)]
        .filter((node) => node.offsetHeight > 0)
        .map((node) => node.getBoundingClientRect().top);
    const [numbers, lines] = [tops(".cm-lineNumbers .cm-gutterElement"), tops(".cm-line")];
    return lines.length > 10 && lines.every((top, at) => Math.abs(top - (numbers[at] ?? 0)) < 1);
  });
  await page.close();
  expect(problems).toEqual([]);
});

test("a change that breaks an invariant falls, says which, and draws it", async () => {
  const { page } = await open("run-locks.html");
  await edit(page, "code/locks/store.ts", "return token < state.highest;", "return false;");
  await page.select("#tests", "code/locks/locks.test.ts");
  expect(await press(page, "test")).toMatch(/^\d+ passed, [1-9]\d* failed\.$/);
  expect(await textOf(page, "#results li h3")).toMatch(/\S/);
  expect(await page.$$eval("#results .picture svg", (all) => all.length)).toBeGreaterThan(0);
  expect(await textOf(page, "#file")).toContain("● code/locks/store.ts");
  await page.click("#reset-all");
  expect(await press(page, "test")).toMatch(/ 0 failed\.$/);
  await page.close();
}, 240_000);

test("a text that does not parse is told with its line", async () => {
  const { page } = await open("run-locks.html");
  await edit(page, "code/locks/store.ts", "return token < state.highest;", "return token <;");
  expect(await press(page, "run")).toMatch(/^code\/locks\/store\.ts:\d+:\d+ does not parse\.$/);
  await page.close();
});

test("a run that fails shows what it had printed, and beside it what the book has", async () => {
  const { page } = await open("run-locks.html");
  const output = () => textOf(page, "#output");
  const line = "return token < state.highest;";
  await edit(page, "code/locks/store.ts", line, 'throw new Error("broken");');
  expect(await press(page, "run")).toBe("It failed.");
  expect(await output()).toMatch(/^It failed before it had printed anything/);
  expect(await textOf(page, "#recorded")).toContain("\n");
  await page.click("#reset-all");
  await edit(
    page,
    "code/locks/store.ts",
    line,
    'console.log("seen", token); throw new Error("x");',
  );
  expect(await press(page, "run")).toBe("It failed.");
  expect(await output()).toMatch(/^seen \d+\n/);
  await page.click("#reset-all");
  expect(await press(page, "run")).toBe("It printed what the book has.");
  await page.close();
}, 60_000);

test("a text of a hundred thousand lines is shown in part, and what is thrown may be nothing", async () => {
  const { page, problems } = await open("run-locks.html");
  const line = "return token < state.highest;";
  await edit(page, "code/locks/store.ts", line, "throw null;");
  expect(await press(page, "run")).toBe("It failed.");
  expect(await textOf(page, "#failure pre")).toBe("null");
  await page.click("#reset-all");
  const sample = await page.$eval("#sample", (one) => (one as HTMLSelectElement).value);
  const path = await page.evaluate((name) => {
    type One = { name: string; path: string };
    const { partialFailure } = globalThis as never as {
      partialFailure: { program: { samples: One[] } };
    };
    return partialFailure.program.samples.find((one) => one.name === name)?.path ?? "";
  }, sample);
  const head = "export function run(seed: number): string {";
  await edit(page, path, head, `${head} if (seed > 0) return "x\\n".repeat(100_000);`);
  expect(await press(page, "run")).toMatch(/^It printed something else/);
  expect(await textOf(page, "#output")).toMatch(/x\n… what comes after this is not shown\n$/);
  await page.close();
  expect(problems).toEqual([]);
}, 60_000);

test("the keyboard reaches an output that scrolls, and axe objects to nothing beside it", async () => {
  const { page } = await open("run-raft.html");
  await page.setViewport({ width: 1440, height: 900 });
  await press(page, "run");
  await page.waitForSelector("#output[tabindex='0']");
  expect(await page.$eval("#output", (pre) => pre.scrollHeight > pre.clientHeight)).toBe(true);
  expect(await axeObjections(page)).toEqual([]);
  await page.close();
});

test("a seed that is none is told, and not taken for another", async () => {
  const { page } = await open("run-locks.html");
  for (const seed of ["", "-5", "1.5", "99999999999"]) {
    await page.$eval("#seed", (input, value) => ((input as HTMLInputElement).value = value), seed);
    expect(await press(page, "run"), seed).toMatch(/^A seed is a whole number/);
  }
  await page.close();
});

test("the way past the bar leaves alone what was chosen", async () => {
  const { page } = await open("run-locks.html", "#file=code/locks/store.ts&line=20");
  await page.$eval("#seed", (input) => ((input as HTMLInputElement).value = "123"));
  await page.focus(".skip");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#main");
  expect(await page.$eval("#seed", (input) => (input as HTMLInputElement).value)).toBe("123");
  expect(await page.$eval("#file", (file) => (file as HTMLSelectElement).value)).toBe(
    "code/locks/store.ts",
  );
  await page.close();
});

test("the tab key leaves the editor, which says so", async () => {
  const { page } = await open("run-locks.html");
  await page.focus(".cm-content");
  const help = await page.$eval(".cm-content", (node) => node.getAttribute("aria-describedby"));
  expect(await textOf(page, `#${help}`)).toContain("Tab leaves the editor");
  await page.keyboard.press("Tab");
  expect(await page.$(".cm-editor :focus")).toBe(null);
  await page.close();
});

test("nothing can be pressed that does not work: before the script is there, and where there is none", async () => {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.goto(pathToFileURL(join(folder, "run-locks.html")).href);
  const shown = "#editor pre, main button, main select, main input";
  const seen = await page.$$eval(shown, (all) =>
    all.filter((node) => node.checkVisibility()).map((node) => node.tagName),
  );
  expect(seen).toEqual(["PRE"]);
  expect(await page.$$eval("main button:not(:disabled)", (all) => all.length)).toBe(0);
  await page.close();
});

test("a program that never ends is stopped, and another runs after it", async () => {
  const { page } = await open("run-locks.html");
  await edit(page, "code/locks/store.ts", "return token < state.highest;", "for (;;) {}");
  expect(await press(page, "run")).toBe("It failed.");
  expect(await textOf(page, "#failure")).toContain("it was stopped");
  await page.click("#reset-all");
  expect(await press(page, "run")).toBe("It printed what the book has.");
  await page.close();
}, 60_000);

test("what is no seed is not run as one", async () => {
  const { page } = await open("run-locks.html");
  const run = async (text: string) => {
    await page.$eval("#seed", (field) => {
      (field as HTMLInputElement).value = "";
    });
    await page.type("#seed", text);
    return press(page, "run");
  };
  for (const text of ["-1", "1.5", "abc", "4294967296"])
    expect(await run(text), text).toMatch(/^A seed is a whole number/);
  expect(await textOf(page, "#output")).toBe("");
  expect(await run("12345")).toBe("It ran.");
  await page.close();
});

// The first three left the page at "It runs …" for ever, or ended its tab; the fourth was told as a loop; the fifth as a success.
test("a program that does too much, or fails oddly, is told as what it is", async () => {
  const { page, problems } = await open("run-locks.html");
  const line = "return token < state.highest;";
  const run = async (statement: string) => {
    await edit(page, "code/locks/store.ts", line, `${statement} ${line}`);
    const said = await press(page, "run");
    const shown = [await textOf(page, "#failure"), await textOf(page, "#output")].join("\n");
    await page.click("#reset-all");
    return [said, shown] as const;
  };
  const long = "for (let i = 0; i < 900; i++) console.log('x'.repeat(1_000_000));";
  expect((await run(long))[1]).toContain("what comes after this is not shown");
  const lines = "console.log('line\\n'.repeat(3_000_000));";
  expect((await run(lines))[1]).toContain("what comes after this is not shown");
  expect((await run("throw 'x'.repeat(100_000_000);"))[0]).toBe("It failed.");
  expect(await run("throw undefined;")).toEqual([
    "It failed.",
    expect.stringMatching(/^undefined/),
  ]);
  expect(await run("void Promise.reject(new Error('nobody took me'));")).toEqual([
    "It failed.",
    expect.stringContaining("nobody took me"),
  ]);
  await page.click("#reset-all");
  expect(await press(page, "run")).toBe("It printed what the book has.");
  expect(problems).toEqual([]);
  await page.close();
}, 120_000);
