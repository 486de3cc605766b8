/**
 * Teaching from a deck: the room's window and the speaker's, opened from a folder with no network, in the real browser. Taken is
 * the first deck that has all that is looked at: a widget, an exercise with hints, a slide that may go.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Frame, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeBrowser, newPage, openBrowser } from "../../scripts/browser.ts";
import { requireDist } from "./dist.ts";

const slides = requireDist("slides");
const folders = readdirSync(slides).filter((name) => statSync(join(slides, name)).isDirectory());
const pageOf = (deck: string) => readFileSync(join(slides, deck, "index.html"), "utf8");
const taught = folders.find((deck) =>
  [/has-widget/, /class="hint/, /data-cut/, /data-deed/].every((part) => part.test(pageOf(deck))),
);
const withHandle = folders.find((deck) => /data-widget="ring"/.test(pageOf(deck)));

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await closeBrowser(browser);
});

async function openRoom(deck: string, size = { width: 1280, height: 720 }): Promise<Page> {
  const folder = join(slides, deck);
  const page = await newPage(browser, { folders: [folder], scripts: true });
  await page.setViewport(size);
  await page.goto(pathToFileURL(join(folder, "index.html")).href);
  await page.waitForSelector("html[data-deck=ready]");
  return page;
}

type Windows = { room: Page; speaker: Page; current: Frame; next: Frame };

/** Both windows, when the views within the speaker's have been told where the room is. */
async function openBoth(): Promise<Windows> {
  const room = await openRoom(taught ?? "");
  const popup = new Promise<Page | null>((resolve) => room.once("popup", resolve));
  await room.keyboard.press("s");
  const speaker = await popup;
  if (!speaker) throw new Error("no speaker's window");
  await speaker.waitForFunction(() => document.getElementById("notes")?.textContent !== "");
  const view = (role: string): Frame => {
    const frame = speaker.frames().find((one) => one.url().includes(`role=${role}`));
    if (!frame) throw new Error(`no view ${role}`);
    return frame;
  };
  const both = { room, speaker, current: view("current"), next: view("next") };
  await both.next.waitForFunction(() => Reveal.getIndices().h === 1 || Reveal.getIndices().f === 0);
  return both;
}

async function close({ room, speaker }: Windows): Promise<void> {
  await speaker.close();
  await room.close();
}

const here = (window: Page | Frame) => window.evaluate(() => Reveal.getCurrentSlide().id);
const place = (window: Page | Frame) =>
  window.evaluate(() => [Reveal.getCurrentSlide().id, Reveal.getIndices().f ?? -1] as const);
const goTo = (window: Page | Frame, selector: string) =>
  window.evaluate((wanted) => {
    const index = Reveal.getSlides().findIndex((slide) => slide.querySelector(wanted));
    Reveal.slide(index, 0, -1);
    return Reveal.getCurrentSlide().id;
  }, selector);
const until = (window: Page | Frame, id: string) =>
  window.waitForFunction((wanted) => Reveal.getCurrentSlide().id === wanted, {}, id);

/** Sentence, picture and step of the widget that stands on the present slide. */
const widgetOf = (window: Page | Frame) =>
  window.evaluate(() => {
    const figure = Reveal.getCurrentSlide().querySelector("[data-widget]");
    return {
      say: figure?.querySelector(".widget-say")?.textContent,
      step: figure?.querySelector(".widget-steps output")?.textContent,
      picture: figure?.querySelector(".picture svg")?.textContent,
    };
  });

test("there is a deck with all that a speaker may need, and one with a handle to drag", () => {
  expect(taught).toBeDefined();
  expect(withHandle).toBeDefined();
});

describe("the speaker's window", () => {
  test("shows slide, next slide, notes and time, and both windows follow each other", async () => {
    const both = await openBoth();
    const { room, speaker, current } = both;
    await room.bringToFront();
    await room.keyboard.press("ArrowRight");
    const second = await here(room);
    await until(current, second);
    await speaker.bringToFront();
    await speaker.keyboard.press("PageDown");
    await room.waitForFunction(
      (id) => Reveal.getCurrentSlide().id !== id || (Reveal.getIndices().f ?? -1) !== -1,
      {},
      second,
    );
    const [third, step] = await place(room);
    await current.waitForFunction(
      (id, f) => Reveal.getCurrentSlide().id === id && (Reveal.getIndices().f ?? -1) === f,
      {},
      third,
      step,
    );
    const notes = await room.$eval(`#${third} aside.notes`, (node) => node.textContent);
    await speaker.waitForFunction(
      (words) => document.getElementById("notes")?.textContent === words,
      {},
      notes,
    );
    const time = await speaker.$eval("#elapsed", (node) => node.textContent);
    expect(time).toMatch(/^\d+:\d\d of \d+:00 · this slide until \d+:\d\d$/);
    await close(both);
  });

  test("moves the widget that the room sees, and the room's the speaker's", async () => {
    const both = await openBoth();
    const { room, current, next } = both;
    await goTo(room, "[data-widget]");
    await until(current, await here(room));
    const before = await widgetOf(room);
    await current.$eval(".present [data-widget] [data-do=next]", (node) =>
      (node as HTMLElement).click(),
    );
    const moved = await widgetOf(current);
    expect(moved.say).not.toBe(before.say);
    await room.waitForFunction(
      (words) => Reveal.getCurrentSlide().querySelector(".widget-say")?.textContent === words,
      {},
      moved.say,
    );
    expect(await widgetOf(room)).toEqual(moved);
    await room.$eval(".present [data-widget] [data-do=back]", (node) =>
      (node as HTMLElement).click(),
    );
    const back = await widgetOf(room);
    await current.waitForFunction(
      (words) => Reveal.getCurrentSlide().querySelector(".widget-say")?.textContent === words,
      {},
      back.say,
    );
    expect(await widgetOf(current)).toEqual(back);
    expect(await next.evaluate(() => document.body.inert)).toBe(true);
    await close(both);
  });

  test("skips what may go when the session is behind, says what to say, and brings it back", async () => {
    const both = await openBoth();
    const { room, speaker, current } = both;
    const ids = () => room.evaluate(() => Reveal.getSlides().map((slide) => slide.id));
    const cuttable = await room.evaluate(() =>
      Reveal.getSlides()
        .filter((slide) => slide.dataset.cut)
        .sort((a, b) => Number(a.dataset.cut) - Number(b.dataset.cut))
        .map((slide) => ({
          id: slide.id,
          instead: slide.querySelector(".instead p:last-child")?.textContent ?? "",
        })),
    );
    const all = await ids();
    await speaker.bringToFront();
    await speaker.keyboard.press("x");
    await room.waitForFunction((count) => Reveal.getSlides().length < count, {}, all.length);
    expect(await ids()).toEqual(all.filter((id) => id !== cuttable[0]?.id));
    await current.waitForFunction((count) => Reveal.getSlides().length < count, {}, all.length);
    await speaker.waitForFunction(
      (words) => document.getElementById("skipped")?.textContent?.includes(words),
      {},
      cuttable[0]?.instead ?? "no words",
    );
    await speaker.keyboard.press("r");
    await room.waitForFunction((count) => Reveal.getSlides().length === count, {}, all.length);
    expect(await ids()).toEqual(all);
    await close(both);
  });

  test("counts an exercise down in both windows and gives hints one by one", async () => {
    const both = await openBoth();
    const { room, speaker, current } = both;
    const id = await goTo(room, ".exercise .hint");
    await until(current, id);
    const look = (window: Page | Frame) =>
      window.evaluate(() => {
        const slide = Reveal.getCurrentSlide();
        return {
          clock: slide.querySelector(".timer button")?.getAttribute("aria-label")?.slice(0, 4),
          hints: slide.querySelectorAll(".hint.visible").length,
        };
      });
    expect(await look(room)).toEqual({ clock: "Star", hints: 0 });
    await speaker.bringToFront();
    for (let left = 12; left > 0 && (await look(room)).hints === 0; left -= 1) {
      await speaker.keyboard.press("h");
      await room.waitForFunction(() => true);
    }
    await speaker.keyboard.press("t");
    await room.waitForFunction(() =>
      /^Stop/.test(
        Reveal.getCurrentSlide().querySelector(".timer button")?.getAttribute("aria-label") ?? "",
      ),
    );
    await current.waitForFunction(() =>
      /^Stop/.test(
        Reveal.getCurrentSlide().querySelector(".timer button")?.getAttribute("aria-label") ?? "",
      ),
    );
    expect((await look(room)).hints).toBeGreaterThan(0);
    expect(await look(current)).toEqual(await look(room));
    await close(both);
  });

  test("points, enlarges and blanks what the room sees", async () => {
    const both = await openBoth();
    const { room, speaker, current } = both;
    await speaker.bringToFront();
    await speaker.keyboard.press("l");
    await room.waitForFunction(() => document.querySelector<HTMLElement>(".laser") !== null);
    await current.waitForFunction(() => true);
    const box = await (await speaker.$("#current"))?.boundingBox();
    if (!box) throw new Error("no view");
    await speaker.mouse.move(box.x + box.width / 2, box.y + box.height / 4);
    await room.waitForFunction(
      () => document.querySelector<HTMLElement>(".laser")?.hidden === false,
    );
    const [x = 0, y = 0] = await room.$eval(".laser", (dot) =>
      (dot as HTMLElement).style.translate.split(" ").map(Number.parseFloat),
    );
    expect(Math.abs(x - 640)).toBeLessThan(12);
    expect(Math.abs(y - 180)).toBeLessThan(12);
    await speaker.keyboard.press("z");
    await room.waitForFunction(() => document.querySelector(".reveal")?.matches(".zoomed"));
    await speaker.keyboard.press("z");
    await room.waitForFunction(() => !document.querySelector(".reveal")?.matches(".zoomed"));
    await speaker.keyboard.press("b");
    await room.waitForFunction(() => document.querySelector(".reveal")?.matches(".paused"));
    await close(both);
  });

  test("saves how long each slide took", async () => {
    const both = await openBoth();
    const { room } = both;
    await room.bringToFront();
    await room.keyboard.press("ArrowRight");
    await room.keyboard.press("ArrowRight");
    const log = await room.evaluate(async () => {
      const blob = new Promise<Blob>((resolve) => {
        const make = URL.createObjectURL;
        URL.createObjectURL = (object) => {
          resolve(object as Blob);
          return make(object);
        };
      });
      document.dispatchEvent(new KeyboardEvent("keydown", { keyCode: 87, bubbles: true }));
      return JSON.parse(await (await blob).text());
    });
    expect(log).toMatchObject({ deck: taught, skipped: [] });
    expect(log.startedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    const planned = await room.evaluate(() =>
      Reveal.getSlides().map((slide) => [slide.id, Number(slide.dataset.timing)]),
    );
    expect(
      log.slides.map((one: { id: string; plannedS: number }) => [one.id, one.plannedS]),
    ).toEqual(planned);
    await close(both);
  });
});

describe("a deck at work", () => {
  test("never turns the slide for a key that a control has", async () => {
    const room = await openRoom(taught ?? "");
    const id = await goTo(room, "[data-widget]");
    const controls = await room.$$(
      ".present .widget-panel :is(button, input, select), .present .handle",
    );
    expect(controls.length).toBeGreaterThan(4);
    for (const control of controls) {
      await control.evaluate((node) => (node as HTMLElement).focus());
      for (const key of ["ArrowRight", "PageDown"] as const) await room.keyboard.press(key);
      expect(await here(room)).toBe(id);
    }
    await room.close();
  });

  test("drags a handle to the same place of the picture at any size of the window", async () => {
    const values: { before: number; after: number }[] = [];
    for (const width of [640, 2560]) {
      const room = await openRoom(withHandle ?? "", { width, height: (width * 9) / 16 });
      await goTo(room, '[data-widget="ring"]');
      const { box, handle } = await room.evaluate(() => {
        const slide = Reveal.getCurrentSlide();
        const rect = (selector: string) => slide.querySelector(selector)?.getBoundingClientRect();
        const [svg, knob] = [rect("[data-widget] svg"), rect(".handle")];
        if (!svg || !knob) throw new Error("no handle");
        return {
          box: { x: svg.x, y: svg.y, width: svg.width, height: svg.height },
          handle: { x: knob.x + knob.width / 2, y: knob.y + knob.height / 2 },
        };
      });
      const valueNow = () =>
        room.$eval(".present .handle", (knob) => Number(knob.getAttribute("aria-valuenow")));
      const before = await valueNow();
      await room.mouse.move(handle.x, handle.y);
      await room.mouse.down();
      await room.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.2, { steps: 6 });
      values.push({ before, after: await valueNow() });
      await room.mouse.up();
      await room.close();
    }
    const [small, large] = values;
    expect(small?.after).not.toBe(small?.before);
    expect(Math.abs((large?.after ?? 0) - (small?.after ?? 0))).toBeLessThanOrEqual(2);
  });

  test("moves nothing for who wants no motion", async () => {
    for (const value of ["reduce", "no-preference"]) {
      const page = await newPage(browser, { folders: [join(slides, taught ?? "")], scripts: true });
      await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value }]);
      await page.goto(pathToFileURL(join(slides, taught ?? "", "index.html")).href);
      await page.waitForSelector("html[data-deck=ready]");
      const transition = await page.evaluate(
        () => (Reveal as unknown as { getConfig(): { transition: string } }).getConfig().transition,
      );
      expect(transition === "none").toBe(value === "reduce");
      await page.close();
    }
  });

  test("opens a program over the slide and goes back to it", async () => {
    const deck = folders.find((one) => /data-sample=/.test(pageOf(one)));
    const room = await openRoom(deck ?? "");
    const id = await goTo(room, "[data-sample]");
    await room.$eval(".present [data-sample]", (node) => (node as HTMLElement).click());
    const frame = await room.waitForFrame((one) => one.url().includes("run-"));
    await frame.waitForSelector("#run:enabled");
    await frame.$eval("#run", (node) => (node as HTMLElement).click());
    await frame.waitForFunction(() => document.getElementById("output")?.textContent !== "");
    await room.$eval(".run-window button", (node) => (node as HTMLElement).click());
    expect(await room.$eval(".run-window", (node) => (node as HTMLDialogElement).open)).toBe(false);
    expect(await here(room)).toBe(id);
    await room.close();
  });
});
