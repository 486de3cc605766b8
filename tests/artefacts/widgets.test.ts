/**
 * The widgets of the finished HTML edition in the real browser, from a folder, without a network: stepped by mouse and by keyboard, what they
 * tell compared at each step with the simulation; presets, deeds, addresses; and what stands there without a script.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { listFiles } from "../../scripts/files.ts";
import type { AnyWidget } from "../../scripts/widget/contract.ts";
import { presetState, readState, type WidgetState } from "../../scripts/widget/state.ts";
import { requireDist } from "./dist.ts";

const root = join(import.meta.dirname, "../..");
const folder = requireDist("complete", "html");
/** Each widget of the edition: its page, its figure, what it shows first. */
const places = listFiles(folder)
  .filter((name) => name.endsWith(".html"))
  .flatMap((page) =>
    [...readFileSync(join(folder, page), "utf8").matchAll(/<figure[^>]*has-widget[^>]*>/g)].map(
      ([tag]) => ({
        page,
        id: /id="([^"]+)"/.exec(tag)?.[1] ?? "",
        name: /data-widget="([^"]+)"/.exec(tag)?.[1] ?? "",
        state: (/data-state="([^"]*)"/.exec(tag)?.[1] ?? "").replaceAll(/&#x26;|&amp;/g, "&"),
      }),
    ),
  );
const stepsMax = 12;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function open(page: string, hash = "", script = true): Promise<Page> {
  const opened = await browser.newPage();
  await opened.setOfflineMode(true);
  await opened.setJavaScriptEnabled(script);
  await opened.goto(pathToFileURL(join(folder, page)).href + hash);
  return opened;
}

async function widgetNamed(name: string): Promise<AnyWidget> {
  const path = pathToFileURL(join(root, "figures", name, "widget.ts")).href;
  return (await import(path)).default as AnyWidget;
}

/** All cells of the table of a state, as the simulation has them. */
function cellsOf(widget: AnyWidget, { params, step }: WidgetState): string[] {
  const steps = widget.simulate(params);
  const { head, rows } = widget.table(steps[Math.min(step, steps.length - 1)]?.state);
  return [...head, ...rows.flat()].map(String);
}

/** All cells of the table in the page. */
function cellsIn(page: Page, id: string): Promise<string[]> {
  return page.$$eval(`#${id} .widget-state :is(th, td)`, (cells) =>
    cells.map((cell) => cell.textContent ?? ""),
  );
}

function stepIn(page: Page, id: string): Promise<number> {
  return page.$eval(`#${id} [data-do="scrub"]`, (input) =>
    Number((input as HTMLInputElement).value),
  );
}

async function ready(page: Page, id: string): Promise<void> {
  await page.$eval(`#${id}`, (figure) => figure.scrollIntoView());
  await page.waitForSelector(`#${id}[data-mounted]`);
}

test("there are widgets for the matters that move", () => {
  expect(new Set(places.map(({ name }) => name)).size).toBeGreaterThanOrEqual(18);
});

/** What the chapter asks to be printed of a widget, as in an address. */
function printedState(id: string): string {
  const texts = listFiles(join(root, "chapters")).filter((name) => name.endsWith(".md"));
  for (const name of texts) {
    const text = readFileSync(join(root, "chapters", name), "utf8");
    const line = new RegExp(`:::widget\\{#${id} .*`).exec(text)?.[0];
    if (line === undefined) continue;
    const controls = [...line.matchAll(/ ([\w-]+)=(?:"([^"]*)"|([^\s}]+))/g)]
      .map(([, key = "", quoted, bare]) => [key, quoted ?? bare ?? ""] as const)
      .filter(([key]) => !["name", "step"].includes(key))
      .map(([key, value]) => [key === "print-step" ? "step" : key, value]);
    return new URLSearchParams(controls).toString();
  }
  throw new Error(`No chapter has ${id}`);
}

describe.each(places)("$name in $page", ({ page: path, id, name, state }) => {
  test("shows at each step what the simulation has, by mouse and by keyboard", async () => {
    const widget = await widgetNamed(name);
    const start = readState(widget, state);
    const count = widget.simulate(start.params).length;
    const page = await open(path);
    await ready(page, id);
    expect(await cellsIn(page, id)).toEqual(cellsOf(widget, start));
    if (count > 1) {
      await page.focus(`#${id} [data-do="scrub"]`);
      await page.keyboard.press("Home");
      expect(await stepIn(page, id)).toBe(0);
      for (let step = 1; step < Math.min(count, stepsMax); step += 1) {
        if (step % 2 === 0) await page.keyboard.press("ArrowRight");
        else await page.$eval(`#${id} [data-do="next"]`, (next) => (next as HTMLElement).click());
        expect(await stepIn(page, id)).toBe(step);
        expect(await cellsIn(page, id)).toEqual(cellsOf(widget, { ...start, step }));
      }
    }
    await page.close();
  }, 60_000);

  test("is found through its short page in the state that its chapter has printed", async () => {
    const widget = await widgetNamed(name);
    const page = await open(`w/${id.replace("fig-", "")}.html`);
    await page.waitForSelector(`#${id}[data-mounted]`);
    const printed = readState(widget, printedState(id));
    await page.waitForFunction(
      (figure, step) =>
        document.querySelector<HTMLInputElement>(`#${figure} [data-do="scrub"]`)?.value === step,
      { timeout: 5000 },
      id,
      String(printed.step),
    );
    expect(await cellsIn(page, id)).toEqual(cellsOf(widget, printed));
    await page.close();
  });

  test("shows its presets, and goes back to what the page began with", async () => {
    const widget = await widgetNamed(name);
    const page = await open(path);
    await ready(page, id);
    for (const [at, preset] of widget.presets.entries()) {
      await page.$eval(`#${id} [data-preset="${at}"]`, (one) => (one as HTMLElement).click());
      expect(await cellsIn(page, id)).toEqual(cellsOf(widget, presetState(widget, preset)));
    }
    await page.$eval(`#${id} [data-do="reset"]`, (one) => (one as HTMLElement).click());
    expect(await cellsIn(page, id)).toEqual(cellsOf(widget, readState(widget, state)));
    await page.close();
  }, 60_000);
});

test("an address leads to its state, a hostile one to something harmless", async () => {
  const one = places.find(({ name }) => name === "fencing");
  const widget = await widgetNamed("fencing");
  const { page: path = "", id = "" } = one ?? {};
  const page = await open(path, `#${id}?strategy=lease&step=4`);
  await page.waitForSelector(`#${id}[data-mounted]`);
  expect(await cellsIn(page, id)).toEqual(
    cellsOf(widget, readState(widget, "strategy=lease&step=4")),
  );
  await page.close();
  for (const query of [
    "strategy=<img src=x onerror=alert(1)>&pauseMs=1e99",
    "step=-7&strategy=__proto__",
  ]) {
    const hostile = await open(path, `#${id}?${encodeURI(query)}`);
    const problems: string[] = [];
    hostile.on("pageerror", (error) => problems.push(String(error)));
    await ready(hostile, id);
    expect(await cellsIn(hostile, id)).toEqual(cellsOf(widget, readState(widget, query)));
    expect(problems).toEqual([]);
    await hostile.close();
  }
});

test("an address that cannot be decoded breaks nothing, and the next one is followed", async () => {
  const one = places.find(({ name }) => name === "fencing");
  const { page: path = "", id = "" } = one ?? {};
  for (const hash of [`#${id}?step=%E0%A4%A`, "#%"]) {
    const page = await open(path);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto("about:blank");
    await page.goto(pathToFileURL(join(folder, path)).href + hash);
    await page.evaluate((next) => {
      location.hash = next;
    }, `#${id}?step=3`);
    await page.waitForSelector(`#${id}[data-mounted]`);
    expect(await stepIn(page, id)).toBe(3);
    expect(problems).toEqual([]);
    await page.close();
  }
}, 30_000);

test("what a reader does to a widget is in the address, and there again when the page is loaded anew, at the same place", async () => {
  const one = places.find(({ name }) => name === "fencing");
  const { page: path = "", id = "" } = one ?? {};
  const page = await open(path);
  await ready(page, id);
  await page.$eval(`#${id} [data-preset="1"]`, (preset) => (preset as HTMLElement).click());
  const address = () => page.evaluate(() => location.hash);
  expect(await address()).toBe(`#${id}?strategy=lease&step=9`);
  await page.evaluate(() => window.scrollBy(0, 900));
  const place = await page.evaluate(() => scrollY);
  await page.reload();
  await page.waitForSelector(`#${id}[data-mounted]`);
  await page.waitForFunction((y) => Math.abs(scrollY - y) < 2, { timeout: 5000 }, place);
  expect(await stepIn(page, id)).toBe(9);
  expect(await address()).toBe(`#${id}?strategy=lease&step=9`);
  await page.close();
}, 30_000);

test("the code that runs stands under the steps, its line in view, in a frame that keeps its height", async () => {
  const one = places.find(({ name }) => name === "raft");
  const widget = await widgetNamed("raft");
  const id = one?.id ?? "";
  const page = await open(one?.page ?? "", `#${id}?`);
  await page.setViewport({ width: 1280, height: 900 });
  await page.waitForSelector(`#${id}[data-mounted]`);
  const heights = new Set<number>();
  for (const { code } of widget.simulate(readState(widget, "").params).slice(0, 20)) {
    const { height, marked } = await page.$eval(`#${id} .widget-listings`, (frame) => {
      const outer = frame.getBoundingClientRect();
      const lines = [...frame.querySelectorAll("[data-listing]:not([hidden]) .running")];
      const isSeen = (line: Element) => {
        const { top, bottom } = line.getBoundingClientRect();
        return top >= outer.top && bottom <= outer.bottom;
      };
      return {
        height: outer.height,
        marked: lines.filter(isSeen).map((line) => line.textContent),
      };
    });
    heights.add(height);
    expect(marked).toEqual([expect.stringContaining(code?.line ?? "no line")]);
    await page.$eval(`#${id} [data-do="next"]`, (next) => (next as HTMLElement).click());
  }
  expect(heights.size).toBe(1);
  await page.close();
}, 30_000);

test("on a phone a slider, its name and its number stand in one row", async () => {
  const one = places.find(({ name }) => name === "quorum");
  const page = await open(one?.page ?? "");
  await page.setViewport({ width: 390, height: 850, isMobile: true, hasTouch: true });
  const apart = await page.$$eval(".widget-number", (rows) =>
    rows
      .map((row) => [...row.children].map((part) => part.getBoundingClientRect()))
      .filter((boxes) => boxes.some(({ top }) => boxes.some(({ bottom }) => bottom <= top))),
  );
  expect(apart).toEqual([]);
  await page.close();
});

test("a prediction is answered, and said to those who do not see it", async () => {
  const one = places.find(({ name }) => name === "fencing");
  const page = await open(one?.page ?? "");
  await ready(page, one?.id ?? "");
  await page.$eval(`#${one?.id} .widget-guess input[value="2"]`, (input) =>
    (input as HTMLElement).click(),
  );
  const said = await page.$eval(`#${one?.id} .widget-because`, (node) => node.textContent ?? "");
  expect(said).toMatch(/^No\. /);
  expect(await page.$eval(`#${one?.id} .widget-status`, (node) => node.textContent)).toBe(said);
  await page.close();
});

test("a node of the ring is moved by the pointer and by keys", async () => {
  const one = places.find(({ name }) => name === "ring");
  const id = one?.id ?? "";
  const page = await open(one?.page ?? "");
  await page.setViewport({ width: 1280, height: 900 });
  await ready(page, id);
  await page.waitForSelector(`#${id} .handle`);
  const value = () =>
    page.$eval(`#${id} .handle`, (handle) => Number(handle.getAttribute("aria-valuenow")));
  const before = await value();
  await page.$eval(`#${id} .handle`, (handle) => (handle as SVGElement).focus());
  await page.keyboard.press("ArrowRight");
  const moved = await value();
  expect(moved).not.toBe(before);
  const box = await page.$eval(`#${id} .handle`, (handle) => {
    handle.scrollIntoView({ block: "center" });
    const { x, y, width, height } = handle.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  await page.mouse.move(box.x, box.y);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 25, { steps: 4 });
  await page.mouse.up();
  expect(await value()).not.toBe(moved);
  await page.close();
});

test("on a phone a finger on a node of the ring moves the node, and a finger beside it the picture in its frame", async () => {
  const one = places.find(({ name }) => name === "ring");
  const page = await open(one?.page ?? "");
  await page.setViewport({ width: 390, height: 850, isMobile: true, hasTouch: true });
  await page.reload();
  await ready(page, one?.id ?? "");
  await page.$eval(`#${one?.id} .picture`, (node) => node.scrollIntoView({ block: "center" }));
  const seen = () => page.$eval(`#${one?.id}`, placesOnPhone);
  const before = await seen();
  await swipe(page, before.handle, [-60, 40]);
  const dragged = await seen();
  expect(dragged.value).not.toBe(before.value);
  expect(dragged.scrolled).toBe(before.scrolled);
  await swipe(page, dragged.blank, [-150, 0]);
  const panned = await seen();
  expect(panned.scrolled).toBeGreaterThan(dragged.scrolled + 50);
  expect(panned.value).toBe(dragged.value);
  await page.close();
});

/** Runs in the page. */
function placesOnPhone(figure: Element) {
  const picture = figure.querySelector(".picture");
  const handle = figure.querySelector(".handle");
  const { x, y, width } = handle?.getBoundingClientRect() ?? new DOMRect();
  return {
    handle: [x + width / 2, y + width / 2] as const,
    blank: [250, (picture?.getBoundingClientRect().bottom ?? 0) - 20] as const,
    value: handle?.getAttribute("aria-valuenow"),
    scrolled: picture?.closest(".scroller")?.scrollLeft ?? 0,
  };
}

/** One finger goes down, moves and is lifted, as the browser gets it from a screen. */
async function swipe(
  page: Page,
  [x, y]: readonly [number, number],
  [byX, byY]: readonly [number, number],
): Promise<void> {
  const finger = await page.touchscreen.touchStart(x, y);
  for (let part = 1; part <= 8; part++) {
    await finger.move(x + (byX * part) / 8, y + (byY * part) / 8);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await finger.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
}

test("without a script the picture, its sentence and its table are there, and nothing that cannot work", async () => {
  const one = places[0];
  const page = await open(one?.page ?? "", "", false);
  const tree = await page.content();
  expect(tree).toContain(`id="${one?.id}"`);
  const seen = await page.evaluate((id) => {
    const figure = document.getElementById(id);
    const isSeen = (selector: string) =>
      (figure?.querySelector<HTMLElement>(selector)?.getClientRects().length ?? 0) > 0;
    return [".picture svg", ".widget-say", ".widget-state", ".widget-panel"].map(isSeen);
  }, one?.id ?? "");
  expect(seen).toEqual([true, true, true, false]);
  await page.close();
});
