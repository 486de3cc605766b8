/** The papers of an EPUB and the file that they make, from a small edition that uses every kind of block. */
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { faces, subsetFace } from "../../scripts/fonts.ts";
import { epubFile } from "../../scripts/output/epub.ts";
import {
  accessibilityMetadata,
  navDocument,
  ncxDocument,
  type PackageInput,
  packageDocument,
  stableUuid,
} from "../../scripts/output/epub-package.ts";
import { editionFixture } from "./edition-fixture.ts";

const input: PackageInput = {
  identifier: "urn:uuid:00000000-0000-8000-8000-000000000000",
  title: "Tom & Jerry's <protocol>",
  creators: ["A", "B"],
  language: "en",
  publisher: "",
  description: "One.",
  rights: "CC BY 4.0",
  year: 2026,
  modified: "2026-01-01T00:00:00Z",
  items: [
    { id: "nav", href: "nav.xhtml", mediaType: "application/xhtml+xml", properties: ["nav"] },
    { id: "a", href: "a.xhtml", mediaType: "application/xhtml+xml", properties: ["mathml", "svg"] },
    { id: "c", href: "c.svg", mediaType: "image/svg+xml", properties: ["cover-image"] },
  ],
  spine: ["a", "nav"],
  toc: [
    {
      title: "A & B",
      href: "a.xhtml",
      children: [{ title: "in it", href: "a.xhtml#x", children: [] }],
    },
  ],
  landmarks: [{ type: "toc", title: "Contents", href: "nav.xhtml" }],
  accessibility: { pictures: 2, picturesDescribed: 2, formulas: 0, hasIndex: false },
};

describe("package document", () => {
  const text = packageDocument(input);

  test("escapes what an author may write", () => {
    expect(text).toContain("<dc:title>Tom &amp; Jerry's &lt;protocol&gt;</dc:title>");
  });

  test("leaves out an element that would be empty", () => {
    expect(text).not.toContain("dc:publisher");
  });

  test("names properties, spine and cover", () => {
    expect(text).toContain('properties="mathml svg"');
    expect(text).toContain('<meta name="cover" content="c"/>');
    expect(text.indexOf('idref="a"')).toBeLessThan(text.indexOf('idref="nav"'));
  });
});

describe("accessibility metadata", () => {
  test("claims text alternatives only if every picture has one", () => {
    const all = accessibilityMetadata(input.accessibility).join("\n");
    const some = accessibilityMetadata({ ...input.accessibility, picturesDescribed: 1 }).join("\n");
    expect(all).toContain("alternativeText");
    expect(all).toContain('<meta property="schema:accessModeSufficient">textual</meta>');
    expect(some).not.toContain("alternativeText");
    expect(some).toContain('<meta property="schema:accessModeSufficient">textual,visual</meta>');
    expect(some).toContain("1 of 2 pictures have a text alternative.");
  });

  test("says nothing of pictures and formulas where there are none", () => {
    const none = accessibilityMetadata({
      pictures: 0,
      picturesDescribed: 0,
      formulas: 0,
      hasIndex: false,
    }).join("\n");
    expect(none).not.toMatch(/visual|MathML|alternativeText/);
  });
});

describe("navigation", () => {
  test("nests sections under chapters in both forms", () => {
    expect(navDocument(input, "Contents")).toMatch(
      /<a href="a\.xhtml">A &amp; B<\/a>\s*<ol>\s*<li><a href="a\.xhtml#x">in it<\/a>/,
    );
    expect(ncxDocument(input)).toContain('<meta name="dtb:depth" content="2"/>');
    expect(ncxDocument(input)).toMatch(/playOrder="1".*playOrder="2".*<\/navPoint><\/navPoint>/s);
  });
});

describe("identifier", () => {
  test("follows from the name and has the form of a UUID of version 8", () => {
    expect(stableUuid("book/complete")).toBe(stableUuid("book/complete"));
    expect(stableUuid("book/complete")).not.toBe(stableUuid("book/sample"));
    expect(stableUuid("book/complete")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe("file", () => {
  const deps = {
    theme: (name: string) => readFileSync(new URL(`../../theme/${name}`, import.meta.url), "utf8"),
    subset: async () => new Uint8Array([1, 2, 3]),
  };
  const decode = (data: Uint8Array | undefined) => new TextDecoder().decode(data);

  test("is the same twice, in any time zone", async () => {
    const zone = process.env.TZ;
    process.env.TZ = "Asia/Tokyo";
    const east = await epubFile(editionFixture(), deps);
    process.env.TZ = "America/Los_Angeles";
    const west = await epubFile(editionFixture(), deps);
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    expect(Buffer.from(east).equals(Buffer.from(west))).toBe(true);
  });

  test("takes its date from SOURCE_DATE_EPOCH, else from the book's year", async () => {
    const dated = unzipSync(
      await epubFile(editionFixture(), { ...deps, sourceDateEpochS: 86_400 }),
    );
    const plain = unzipSync(await epubFile(editionFixture(), deps));
    expect(decode(dated["EPUB/package.opf"])).toContain("1970-01-02T00:00:00Z");
    expect(decode(plain["EPUB/package.opf"])).toContain("2026-01-01T00:00:00Z");
  });

  test("puts a margin note after its paragraph and a footnote where a reader can pop it up", async () => {
    const files = unzipSync(await epubFile(editionFixture(), deps));
    const page = decode(files["EPUB/01-consensus.xhtml"]);
    expect(page.indexOf("three nodes, one value")).toBeLessThan(
      page.indexOf("The post-mortem calls"),
    );
    expect(page).toContain('<aside id="consensus-fn-1" epub:type="footnote" role="doc-footnote">');
    expect(page).toContain('epub:type="noteref"');
    expect(page).toContain('href="solutions.xhtml#sol-ex-commit"');
    expect(page).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(page).toContain('<math xmlns="http://www.w3.org/1998/Math/MathML"');
  });

  test("resolves every custom property of the theme", async () => {
    const files = unzipSync(await epubFile(editionFixture(), deps));
    const css = decode(files["EPUB/book.css"]);
    expect(css).not.toMatch(/var\(--|light-dark/);
    expect(css).toContain("#1c1b1a");
  });
});

describe("subset of a face", () => {
  test("keeps small caps and old-style figures, and is the same twice", async () => {
    const fontkit = await import("fontkit");
    const face = faces.find(({ id }) => id === "pf-serif-400");
    if (!face) throw new Error("no serif");
    const once = await subsetFace(face, "Hamburg 0123456789");
    const twice = await subsetFace(face, "9876543210 Hamburg");
    const { availableFeatures } = fontkit.create(Buffer.from(once));
    expect(availableFeatures).toEqual(expect.arrayContaining(["smcp", "onum", "kern"]));
    expect(Buffer.from(once).equals(Buffer.from(twice))).toBe(true);
  });
});
