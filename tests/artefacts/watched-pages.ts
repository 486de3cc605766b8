/** Pages in the browser of a test, watched: what goes wrong in them, and what axe objects to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "puppeteer";

export const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** A page that collects what goes wrong in it: errors, messages, and any request that leaves the folder. */
export async function watchedPage(browser: Browser): Promise<{ page: Page; problems: string[] }> {
  // Of its own, so that it remembers nothing of other pages.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems: string[] = [];
  await page.setOfflineMode(true);
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) problems.push(`request: ${request.url()}`);
  });
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  return { page, problems };
}

type Axe = {
  run(
    context: unknown,
    options: unknown,
  ): Promise<{
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
  }>;
};

/** What axe objects to on the page as it stands; colors are left to `contrastObjections` where they would take long. */
export async function axeObjections(
  page: Page,
  colors: "colors" | "no colors" = "colors",
): Promise<string[]> {
  await page.evaluate(axeSource);
  const rules = colors === "colors" ? {} : { rules: { "color-contrast": { enabled: false } } };
  return page.evaluate(runAxe, rules, "html");
}

/** Runs in the page. */
async function runAxe(options: unknown, within: string): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: Axe };
  const result = await axe.run({ include: [within] }, options);
  return result.violations.map(
    (violation) =>
      `${violation.id} (${violation.nodes.length}): ${violation.nodes[0]?.target.join(" ")}; ${violation.nodes[0]?.failureSummary}`,
  );
}

/**
 * What axe says of colors in some themes, of those kinds of text that `known` does not have yet; they are added to it. Two
 * texts are of one kind when they have the same colors, on the same grounds, in each of the themes.
 */
export async function contrastObjections(
  page: Page,
  themes: readonly string[],
  known: Set<string>,
): Promise<string[]> {
  const kinds = await page.evaluate(markNewKinds, [...themes], [...known]);
  if (kinds.length === 0) return [];
  for (const kind of kinds) known.add(kind);
  const onlyColors = { runOnly: { type: "rule", values: ["color-contrast"] } };
  const found: string[] = [];
  for (const theme of themes) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    const objections = await page.evaluate(runAxe, onlyColors, "[data-new-kind]");
    found.push(...objections.map((objection) => `${theme}: ${objection}`));
  }
  return found;
}

/** Runs in the page. */
function markNewKinds(themes: string[], known: string[]): string[] {
  const texts = [...document.body.querySelectorAll("*")].filter(
    (element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
      ) && element.checkVisibility(),
  );
  const colors = texts.map((): string[] => []);
  for (const theme of themes) {
    document.documentElement.dataset.theme = theme;
    const grounds = new Map<Element, string>();
    const groundOf = (element: Element): string => {
      const style = getComputedStyle(element);
      const above = element.parentElement
        ? (grounds.get(element.parentElement) ?? groundOf(element.parentElement))
        : "";
      const own = `${style.backgroundColor} ${style.backgroundImage} ${style.opacity}`;
      const ground = own === "rgba(0, 0, 0, 0) none 1" ? above : `${own} on ${above}`;
      grounds.set(element, ground);
      return ground;
    };
    texts.forEach((element, index) => {
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const isLarge = Number.parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.6 : 24);
      colors[index]?.push(`${color} ${isLarge} on ${groundOf(element)}`);
    });
  }
  const seen = new Set(known);
  const kinds: string[] = [];
  texts.forEach((element, index) => {
    const kind = colors[index]?.join("; ") ?? "";
    if (seen.has(kind)) return;
    seen.add(kind);
    kinds.push(kind);
    element.setAttribute("data-new-kind", "");
  });
  return kinds;
}
