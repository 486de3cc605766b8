/** Diagrams: Mermaid text to SVG that restyles itself, the same each time, with mistakes told in one line. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeBrowser, openBrowser } from "../../scripts/browser.ts";
import { type DiagramError, diagramAlternative, renderDiagrams } from "../../scripts/diagrams.ts";

const accessible = "accTitle: Name & kind\n  accDescr: What it shows.\n";
const sources = {
  flow: `flowchart TD
  ${accessible}
  A[client] -->|write| B(leader):::accent
  B -.->|no| C{{retry}}:::quiet
  subgraph dc [data center]
    B
  end`,
  sequence: `sequenceDiagram
  ${accessible}
  participant a as client
  participant b
  a->>b: write x=1
  b-xa: lost
  Note over b: stored
  loop every 50 ms
    b-->>a: ok
  end`,
  states: `stateDiagram-v2
  ${accessible}
  [*] --> Follower
  Follower --> Candidate: timer fires
  Candidate --> Candidate: timer fires again
  Candidate --> Leader: votes of a majority`,
  commits: `gitGraph
  ${accessible}
  commit
  branch b
  commit`,
};

const mistakes: readonly (readonly [string, string, string | RegExp, number])[] = [
  ["syntax", `sequenceDiagram\n  ${accessible}%% a comment\n  A->>B hello`, /cannot read/, 5],
  ["unknown kind", `flowhart LR\n  ${accessible}  A --> B`, /No diagram type/, 0],
  ["empty", "\n\n", "The diagram is empty", 1],
  ["no title", "flowchart LR\n  accDescr: x\n  A --> B", /lacks accTitle/, 1],
  ["no description", "flowchart LR\n  accTitle: x\n  A --> B", /lacks accDescr/, 1],
  ["settings", `%%{init: {"theme": "dark"}}%%\nflowchart LR\n${accessible}A-->B`, /theme's/, 1],
  ["front matter", `---\ntitle: x\n---\nflowchart LR\n${accessible}A-->B`, /theme's/, 1],
  ["color", `flowchart LR\n  ${accessible}  A --> B\n  style A fill:#f00`, /names no color/, 5],
  [
    "too wide",
    `flowchart LR\n${accessible}${"abcdef".replace(/./g, "$&[a long label here] --> ")}z`,
    /px wide.*7 pt/,
    0,
  ],
];

let browser: Browser;
/** All of the above, drawn once: a page with Mermaid takes seconds to open. */
let drawn: Map<string, string | DiagramError>;
const folders: string[] = [];
beforeAll(async () => {
  browser = await openBrowser();
  const wrong = mistakes.map(([name, source]) => [name, source] as const);
  drawn = await draw({ ...sources, ...Object.fromEntries(wrong) });
}, 120_000);
afterAll(async () => {
  await closeBrowser(browser);
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newCache(): string {
  const folder = mkdtempSync(join(tmpdir(), "diagrams-"));
  folders.push(folder);
  return folder;
}

async function draw(
  wanted: Readonly<Record<string, string>>,
  cacheDir = newCache(),
): Promise<Map<string, string | DiagramError>> {
  return renderDiagrams(new Map(Object.entries(wanted)), {
    browser: async () => browser,
    cacheDir,
  });
}

/** The finished picture of one of the sources. */
function picture(name: keyof typeof sources): string {
  const found = drawn.get(name);
  if (typeof found !== "string") throw new Error(`${name}: ${found?.message ?? "nothing drawn"}`);
  return found;
}
const names = Object.keys(sources) as (keyof typeof sources)[];

describe("a diagram", () => {
  test("is one svg of geometry and classes: no style, no script, no color, labels as text", () => {
    for (const name of names) {
      const drawn = picture(name);
      expect(drawn, name).toMatch(/^<svg [^>]*>.*<\/svg>$/s);
      expect(drawn, name).not.toMatch(/<style|style=|<script|foreignObject|!important|<image/);
      expect(drawn, name).not.toMatch(/#[0-9a-f]{3,8}[^0-9a-z-]|rgb\(|(?:fill|stroke)="(?!none)/i);
      expect(drawn, name).toMatch(/<text /);
    }
  });

  test("carries its title and description for those who cannot see it", () => {
    const drawn = picture("flow");
    expect(drawn).toMatch(
      /role="img" aria-labelledby="(dia-\w+)-title" aria-describedby="\1-desc"/,
    );
    expect(drawn).toContain("Name &amp; kind</title>");
    expect(drawn).toContain(">What it shows.</desc>");
  });

  test("is the same in every build, chance and all", async () => {
    const again = await draw(sources);
    expect(names.map((name) => again.get(name))).toEqual(names.map(picture));
  });

  test("has ids of its own, and all that it points at", () => {
    const drawn = names.map(picture);
    const ids = drawn.flatMap((svg) =>
      [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const svg of drawn)
      for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  test("marks what the author marks, and a lost message as every figure does", () => {
    expect(picture("flow")).toMatch(/<rect[^>]*class="[^"]*stroke-accent/);
    expect(picture("sequence")).toMatch(
      /<line[^>]*stroke-dasharray="4 3"[^>]*class="[^"]*stroke-accent/,
    );
  });

  test("keeps the labels of its edges apart", async () => {
    const page = await browser.newPage();
    await page.setContent(`<body>${picture("states")}</body>`);
    const boxes = await page.$$eval("rect.fill-paper:not(.stroke-ink)", (rects) =>
      rects.map((rect) => rect.getBoundingClientRect().toJSON()),
    );
    await page.close();
    expect(boxes.length).toBeGreaterThan(2);
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart).toBe(true);
      }
  });

  test("comes from the cache the second time, without a browser", async () => {
    const cacheDir = newCache();
    const first = await draw({ flow: sources.flow }, cacheDir);
    expect(readdirSync(cacheDir)).toHaveLength(1);
    const again = await renderDiagrams(new Map([["flow", sources.flow]]), {
      browser: () => Promise.reject(new Error("A browser was asked for")),
      cacheDir,
    });
    expect(again).toEqual(first);
  });
});

describe("a mistake in a diagram", () => {
  for (const [name, , message, line] of mistakes) {
    test(`is told with its line: ${name}`, () => {
      const told = drawn.get(name);
      expect(told).toMatchObject({ line, message: expect.stringMatching(message) });
      expect((told as DiagramError).message).not.toContain("\n");
    });
  }
});

test("reads title and description in both of Mermaid's forms", () => {
  expect(diagramAlternative("graph\naccTitle: A\naccDescr: B")).toEqual({
    title: "A",
    description: "B",
  });
  expect(diagramAlternative("graph\naccDescr {\n one\n two\n}")).toEqual({
    title: null,
    description: "one two",
  });
});
