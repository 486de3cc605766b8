/** The skill map in the real browser, from a folder: ticks are kept, carried as a file, lead to what is next; terms are asked again. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, ElementHandle, Page } from "puppeteer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { requireDist } from "./dist.ts";

const folder = requireDist("complete", "html");
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  page = await open();
  await page.evaluate(() => localStorage.clear());
  await page.reload();
});

async function open(): Promise<Page> {
  const opened = await browser.newPage();
  await opened.setOfflineMode(true);
  await opened.goto(pathToFileURL(join(folder, "skills.html")).href);
  return opened;
}

function stateOf(chapter: string): Promise<string> {
  return page.$eval(`[data-chapter="${chapter}"] .skill-state`, (state) => state.textContent ?? "");
}

/** Tick every box of a chapter, as a reader does. */
async function learn(chapter: string): Promise<void> {
  for (const box of await page.$$(`.skill-chapter[data-chapter="${chapter}"] input`))
    await box.click();
}

test("the list has every chapter with what it needs, and the picture has the same", async () => {
  const listed = await page.$$eval(".skill-chapter", (all) =>
    all.map((one) => (one as HTMLElement).dataset.chapter),
  );
  const drawn = await page.$$eval(".skill-node", (all) =>
    all.map((one) => (one as unknown as HTMLElement).dataset.chapter),
  );
  expect(listed.length).toBeGreaterThan(15);
  expect([...drawn].sort()).toEqual([...listed].sort());
  const edges = await page.$$eval("[data-edge]", (all) =>
    all.map((one) => (one as unknown as HTMLElement).dataset.edge?.split(" ") ?? []),
  );
  const needs = await page.$$eval(".skill-chapter", (all) =>
    all.flatMap((one) => {
      const { chapter, needs: before } = (one as HTMLElement).dataset;
      return (before ?? "")
        .split(" ")
        .filter(Boolean)
        .map((need) => [need, chapter ?? ""]);
    }),
  );
  // What a chapter needs by way of another need has no line of its own.
  const leads = (from: string, to: string): boolean =>
    edges.some(([one, other]) => one === from && (other === to || leads(other ?? "", to)));
  expect(needs.filter(([need = "", chapter = ""]) => !leads(need, chapter))).toEqual([]);
  const told = new Set(needs.map((need) => need.join(" ")));
  expect(edges.filter((edge) => !told.has(edge.join(" ")))).toEqual([]);
});

test("every chapter has a level, and as many dots", async () => {
  const levels = await page.$$eval(".skill-chapter", (all) =>
    all.map((one) => [
      (one as HTMLElement).dataset.chapter,
      Number(/level (\d)$/.exec(one.querySelector(".skill-level")?.textContent ?? "")?.[1]),
    ]),
  );
  const dots = await page.$$eval(".skill-node", (all) =>
    all.map((one) => [
      (one as unknown as HTMLElement).dataset.chapter,
      one.querySelectorAll(".skill-dot").length,
    ]),
  );
  expect(new Map(dots as [string, number][])).toEqual(new Map(levels as [string, number][]));
  expect(new Set(levels.map(([, level]) => level))).toEqual(new Set([1, 2, 3]));
});

test("no line of the picture runs behind a box", async () => {
  const { lines, hidden } = await page.$eval(".skill-picture svg", pointsBehindBoxes);
  expect(lines).toBeGreaterThan(20);
  expect(hidden).toEqual([]);
});

/** Runs in the page: points of lines that lie in a box by more than half a unit; at its ends a line touches two. */
function pointsBehindBoxes(svg: Element): { lines: number; hidden: string[] } {
  const boxes = [...svg.querySelectorAll(".skill-node")].map((node) => ({
    name: (node as unknown as HTMLElement).dataset.chapter,
    box: (node.querySelector("rect") as SVGRectElement).getBBox(),
  }));
  const lines = [...svg.querySelectorAll<SVGPathElement>("[data-edge]")];
  const hidden = new Set<string>();
  for (const line of lines)
    for (let at = 0; at <= line.getTotalLength(); at += 0.5) {
      const { x, y } = line.getPointAtLength(at);
      for (const { name, box } of boxes)
        if (
          x > box.x + 0.5 &&
          x < box.x + box.width - 0.5 &&
          y > box.y + 0.5 &&
          y < box.y + box.height - 0.5
        )
          hidden.add(`${line.dataset.edge} behind ${name}`);
    }
  return { lines: lines.length, hidden: [...hidden] };
}

test("what is next moves when a chapter is learned, and is there again after a reload", async () => {
  expect(await stateOf("consistency")).not.toContain("next");
  expect(await stateOf("clocks")).toContain("next");
  await learn("clocks");
  expect(await stateOf("clocks")).toMatch(/^(\d+) of \1$/);
  expect(await stateOf("consistency")).toContain("next");
  await page.reload();
  expect(await stateOf("consistency")).toContain("next");
  const bar = await page.$eval(
    '.skill-node[data-chapter="clocks"] .skill-bar',
    (node) => Number(node.getAttribute("width")) > 0,
  );
  expect(bar).toBe(true);
});

test("progress goes into a file and comes out of it; another file changes nothing", async () => {
  await learn("clocks");
  const text = await page.evaluate(() =>
    JSON.stringify(JSON.parse(localStorage.getItem("reader-1") ?? "{}").skills),
  );
  const outside = mkdtempSync(join(tmpdir(), "skills-"));
  writeFileSync(join(outside, "progress.json"), text);
  writeFileSync(join(outside, "other.json"), "[1, 2]");
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  expect(await stateOf("clocks")).toMatch(/^0 of/);
  const input = (await page.$(".skill-tools input")) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(join(outside, "other.json"));
  await page.waitForFunction(() =>
    document.querySelector(".skill-status")?.textContent?.includes("nothing was changed"),
  );
  expect(await stateOf("clocks")).toMatch(/^0 of/);
  await input.uploadFile(join(outside, "progress.json"));
  await page.waitForFunction(() =>
    document.querySelector(".skill-status")?.textContent?.startsWith("Taken"),
  );
  expect(await stateOf("clocks")).toMatch(/^(\d+) of \1$/);
});

test("a file adds to what was ticked, and one that is broken on purpose takes nothing away", async () => {
  await learn("clocks");
  const input = (await page.$(".skill-tools input")) as ElementHandle<HTMLInputElement>;
  const path = join(mkdtempSync(join(tmpdir(), "skills-")), "progress.json");
  const skill = await page.$eval('[data-chapter="network"] .skill', (one) => {
    return (one as HTMLElement).dataset.skill ?? "";
  });
  const said = async (text: string): Promise<string> => {
    writeFileSync(path, text);
    await page.$eval(".skill-status", (status) => {
      status.textContent = "";
    });
    await input.uploadFile(path);
    await page.waitForFunction(() => document.querySelector(".skill-status")?.textContent !== "");
    return page.$eval(".skill-status", (status) => status.textContent ?? "");
  };
  for (const text of [
    "",
    "null",
    '{"version":1,"learned":null}',
    '{"version":1,"learned":["a"]}',
    '{"version":1,"learned":{"__proto__":"2026-01-01","toString":"2026-01-01"}}',
    `{"version":1,"learned":{"${skill}":"<img src=x>"}}`,
  ])
    expect(await said(text), text).toContain("nothing was changed");
  const cards = '{"quorum":{"times":1,"dueMs":1e308}}';
  const day = '"2026-01-01"';
  expect(await said(`{"version":1,"learned":{"${skill}":${day}},"cards":${cards}}`)).toMatch(
    /^Taken: 1 skill,/,
  );
  expect(await stateOf("clocks")).toMatch(/^(\d+) of \1$/);
  expect(await stateOf("network")).toMatch(/^1 of/);
  const kept = await page.evaluate(() => localStorage.getItem("reader-1") ?? "");
  expect(JSON.parse(kept).skills.cards).toEqual({});
});

test("a bar fills for each part, with its count in words", async () => {
  const part = () =>
    page.$eval(".skill-parts > li", (one) => ({
      words: one.textContent,
      share: Number((one as HTMLElement).style.getPropertyValue("--share")),
    }));
  expect((await part()).share).toBe(0);
  await learn("clocks");
  const { words, share } = await part();
  const [, count, all] = /(\d+) of (\d+)$/.exec(words ?? "") ?? [];
  expect(Number(count)).toBeGreaterThan(2);
  expect(share).toBeCloseTo(Number(count) / Number(all));
});

test("what is ticked in one window is not lost to another", async () => {
  const other = await open();
  await other.click('.skill-chapter[data-chapter="network"] input');
  await page.click('.skill-chapter[data-chapter="clocks"] input');
  await page.reload();
  expect(await stateOf("network")).toMatch(/^1 of/);
  expect(await stateOf("clocks")).toMatch(/^1 of/);
  await other.close();
});

test("an id that was renamed keeps its tick", async () => {
  await page.evaluate(() => {
    const list = document.querySelector<HTMLElement>(".skill-list");
    const skill = document.querySelector<HTMLElement>(".skill")?.dataset.skill;
    if (list) list.dataset.aliases = JSON.stringify({ "old.name": skill });
    const { reader } = globalThis as never as {
      reader: { remember(change: (kept: { skills: object }) => void): void };
    };
    reader.remember((kept) => {
      kept.skills = { version: 1, learned: { "old.name": "2026-01-01" }, cards: {} };
    });
  });
  const source = readFileSync(join(folder, "assets/skills.js"), "utf8");
  await page.$$eval(".skill-tools, .skill-parts, .recall, .skill-state", (all) => {
    for (const node of all) node.remove();
  });
  await page.$$eval(".skill label", (all) => {
    for (const label of all) {
      const words = document.createElement("span");
      words.className = "skill-words";
      label.replaceWith(words);
    }
  });
  await page.evaluate(source);
  expect(await page.$eval(".skill input", (box) => (box as HTMLInputElement).checked)).toBe(true);
});

test("terms of a chapter that was begun are asked, and again when they are due", async () => {
  const due = () => page.$eval(".recall-due", (node) => node.textContent ?? "");
  expect(await due()).toContain("Nothing is due");
  await page.click('.skill-chapter[data-chapter="clocks"] input');
  const count = Number(/^(\d+) terms/.exec(await due())?.[1]);
  expect(count).toBeGreaterThan(5);
  const term = await page.$eval(".recall-term", (node) => node.textContent ?? "");
  await page.click(".recall-card button");
  await page.evaluate(() => {
    const known = [...document.querySelectorAll<HTMLElement>(".recall-card button")];
    known.find((button) => button.textContent === "I knew it")?.click();
  });
  expect(Number(/^(\d+) terms/.exec(await due())?.[1])).toBe(count - 1);
  expect(await page.$eval(".recall-term", (node) => node.textContent)).not.toBe(term);
});
