/** What the HTML edition adds to the tree of a page: addresses, links to terms and programs, previews. */
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toHtml } from "hast-util-to-html";
import { describe, expect, test } from "vitest";
import type { Region } from "../../scripts/model.ts";
import { markParagraphs, nameBlocks } from "../../scripts/output/deep-links.ts";
import { abstractOf } from "../../scripts/output/document.ts";
import { previewsOf } from "../../scripts/output/previews.ts";
import {
  homeOf,
  linkPrograms,
  listingsOf,
  type Program,
  programBody,
  programPageName,
} from "../../scripts/output/program-pages.ts";
import { glossaryTerms, linkTerms } from "../../scripts/output/term-links.ts";
import { elements, property } from "../../scripts/tree.ts";
import { editionFixture } from "./edition-fixture.ts";

const html = (text: string): Root => fromHtml(text, { fragment: true });

describe("the address of a block", () => {
  const idsOf = (text: string): string[] => {
    const tree = html(text);
    nameBlocks(tree);
    return elements(tree, (node) => property(node, "id") !== null).map(
      (node) => property(node, "id") ?? "",
    );
  };

  test("is made of its text, and stays when others come before it or its markup changes", () => {
    const [id] = idsOf("<p>One message is lost.</p>");
    expect(id).toMatch(/^p-[0-9a-f]{6}$/);
    expect(idsOf("<p>New.</p><p>One message\n is <em>lost</em>.</p>")[1]).toBe(id);
    expect(idsOf("<p>One message is late.</p>")).not.toContain(id);
  });

  test("is there once, where two blocks say the same", () => {
    const ids = idsOf("<p>So.</p><p>So.</p><ul><li>So.</li></ul>");
    expect(ids).toEqual([ids[0], `${ids[0]}-2`, `${ids[0]}-3`]);
  });

  test("is left as it is where there is one, and goes to no furniture", () => {
    expect(
      idsOf(`<p id="own">A</p><p class="kicker">B</p><aside class="note"><p>C</p></aside>`),
    ).toEqual(["own"]);
  });

  test("of a listing is made of its region, and its caption has none", () => {
    const listing = (code: string) =>
      `<figure class="listing" data-file="code/a.ts" data-region="r"><pre>${code}</pre><figcaption><p>${code}</p></figcaption></figure>`;
    expect(idsOf(listing("old"))).toEqual(idsOf(listing("new")));
    expect(idsOf(listing("old"))).toHaveLength(1);
  });

  test("has a mark that no key stops at and no screen reader speaks", () => {
    const tree = html("<p>So.</p>");
    nameBlocks(tree);
    markParagraphs(tree);
    expect(toHtml(tree)).toMatch(
      /<a class="paragraph-mark" href="#p-\w+" tabindex="-1" aria-hidden="true"><\/a><\/p>$/,
    );
  });
});

test("an abstract is a line of Markdown", () => {
  const shown = toHtml({
    type: "root",
    children: abstractOf("What an `ok` *promises* at 10:06, for $5."),
  });
  expect(shown).toBe("What an <code>ok</code> <em>promises</em> at 10:06, for $5.");
});

describe("links to the glossary", () => {
  const terms = ["quorum", "vector clock", "SWIM", "causal", "causal+"].map((term) => ({
    term,
    id: `gl-${term}`,
    definedAt: `term-${term}`,
  }));
  const linked = (text: string): string => {
    const tree = html(text);
    linkTerms(tree, terms, (id) => `glossary.html#${id}`);
    return toHtml(tree).replace(
      /<a class="term-use" href="glossary.html#gl-([^"]*)">([^<]*)<\/a>/g,
      "[$1|$2]",
    );
  };

  test("stand at the first use of a term on a page", () => {
    expect(linked("<p>Quorums and a quorum.</p><p>A quorum.</p>")).toBe(
      "<p>[quorum|Quorums] and a quorum.</p><p>A quorum.</p>",
    );
  });

  test("take whole words only, the longest term first, and names as they are written", () => {
    expect(linked("<p>Quorumlike, vector clocks swim; SWIM is causal+.</p>")).toBe(
      "<p>Quorumlike, [vector clock|vector clocks] swim; [SWIM|SWIM] is [causal+|causal+].</p>",
    );
  });

  test("are not made in links, code, titles and captions", () => {
    const text = `<h2>Quorum</h2><p><a href="#x">quorum</a> <code>quorum</code></p><figure><figcaption><p>quorum</p></figcaption></figure>`;
    expect(linked(text)).toBe(text);
  });

  test("are not made in the section that defines the term", () => {
    const text = `<h2>One</h2><p>A quorum is a <dfn id="term-quorum">quorum</dfn>.</p><h2>Two</h2><p>A quorum.</p>`;
    expect(linked(text)).toBe(text.replace("A quorum.</p>", "A [quorum|quorum].</p>"));
  });

  test("leave everyday words alone", () => {
    const book = editionFixture();
    const glossary = {
      ...(book.sections[0] as (typeof book.sections)[number]),
      page: "glossary" as const,
      tree: html(
        `<dl class="glossary"><dt id="gl-vote"><a href="#term-vote">vote</a></dt><dd>D</dd><dt id="gl-quorum"><a href="#term-quorum">quorum</a></dt><dd>D</dd></dl>`,
      ),
    };
    const edition = {
      ...book,
      book: { ...book.book, everydayWords: ["vote"] },
      sections: [...book.sections, glossary],
    };
    expect(glossaryTerms(edition)).toEqual([
      { term: "quorum", id: "gl-quorum", definedAt: "term-quorum" },
    ]);
  });
});

describe("previews", () => {
  const book = editionFixture();
  const previews = previewsOf(
    book,
    new Set([
      "commit-rule",
      "lst-commit",
      "bib-ongaro2014",
      "consensus",
      "sol-ex-commit",
      "etcd-2020",
    ]),
    (section) => `${section.slug}.html`,
  );

  test("of a section are its title and first paragraph, shortened", () => {
    expect(previews["commit-rule"]).toMatch(
      /^<strong>The commit rule<\/strong><p>.{100,290} …<\/p>$/,
    );
  });

  test("of a listing are its caption and first lines, and of a work its entry", () => {
    expect(previews["lst-commit"]).toContain("<strong>Listing 1.1</strong>");
    expect(previews["lst-commit"]).toContain("function advanceCommit");
    expect(previews["bib-ongaro2014"]).toContain("In Search of an Understandable");
  });

  test("of a chapter stand under its page; cards have their own, solutions none", () => {
    expect(previews["01-consensus.html"]).toContain("1 Consensus: Paxos, Raft, Zab");
    expect(previews["etcd-2020"]).toContain("A switch failed in part");
    expect(previews["sol-ex-commit"]).toBeUndefined();
  });

  test("are made for what is linked, and for nothing else", () => {
    expect(previews["fig-append"]).toBeUndefined();
  });
});

describe("the page of a program", () => {
  const text = "import a;\n// #region rule\nconst b = 1 < 2;\n// #endregion rule\n";
  const region: Region = {
    path: "code/x/a.ts",
    name: "rule",
    text: "const b = 1 < 2;",
    lines: [3],
    nested: new Map(),
  };
  const program: Program = {
    text,
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => line.replace("<", "&lt;")),
    regions: new Map([["rule", region]]),
  };
  const printed = {
    path: "code/x/a.ts",
    name: "rule",
    label: "Listing 1.1",
    href: "01-c.html#lst",
  };
  const { body, fill } = programBody("code/x/a.ts", program, [printed]);
  const page = fill(toHtml({ type: "root", children: body }));
  const tree = html(page);

  test("has the text of the file, to the last newline", () => {
    const pre = elements(tree, ({ tagName }) => tagName === "pre")[0];
    expect(
      pre &&
        toHtml(pre)
          .replace(/<[^>]+>/g, "")
          .replaceAll("&#x3C;", "<"),
    ).toBe(text);
  });

  test("marks printed lines, and leads back where their region begins", () => {
    expect(page).toContain(`<span class="line printed" id="L3">`);
    expect(page).toContain(`<span class="line" id="L2">`);
    expect(page).toMatch(/id="L2">.*href="\.\.\/\.\.\/01-c\.html#lst" aria-label="Listing 1\.1"/);
  });

  test("is reached from the listing, at the region's first line", () => {
    const listing = html(
      `<figure class="listing" data-file="code/x/a.ts" data-region="rule"><figcaption>C</figcaption></figure>`,
    );
    linkPrograms(listingsOf(listing), new Map([["code/x/a.ts", program]]));
    expect(toHtml(listing)).toContain(`href="code/x/a.ts.html#L3"`);
    expect(homeOf(programPageName("code/x/a.ts"))).toBe("../../");
  });
});
