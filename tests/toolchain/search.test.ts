/** The index of the search: what it finds, in which order, and how much of it a page has to load. */
import { fromHtml } from "hast-util-from-html";
import { describe, expect, test } from "vitest";
import type { EditionBook, IndexEntry } from "../../scripts/model.ts";
import { searchFiles } from "../../scripts/output/search.ts";
import {
  corrected,
  type Postings,
  rank,
  rankingScript,
  type SearchCore,
  shardsFor,
  spellingsOf,
  stemOf,
  wordsOf,
} from "../../scripts/output/search-rank.ts";
import { editionFixture } from "./edition-fixture.ts";

type Data = { readonly core: SearchCore; readonly data: ReadonlyMap<string, unknown> };

function indexed(book: EditionBook): Data {
  const files = searchFiles(book, book.sections, (section) => `${section.slug}.html`);
  const data = new Map<string, unknown>();
  const reader = { take: (name: string, value: unknown) => data.set(name, value) };
  for (const text of files.values()) new Function("reader", text)(reader);
  return { core: data.get("search/core") as SearchCore, data };
}

/** Titles of the sections that answer, the best first. */
function found({ core, data }: Data, query: string): string[] {
  const postings: Postings = Object.assign(
    {},
    ...shardsFor(query, core).map((shard) => data.get(`search/${shard}`)),
  );
  return rank(query, core, postings).units.map((unit) => core.units[unit]?.[2] ?? "");
}

function terms({ core }: Data, query: string): string[] {
  return rank(query, core, {}).terms.map((term) => core.terms[term]?.[0] ?? "");
}

const entry = (term: string, rest: Partial<IndexEntry> = {}): IndexEntry => ({
  term,
  locators: [],
  see: [],
  seeAlso: [],
  children: [],
  ...rest,
});
const at = (from: string, main = false) => ({
  from,
  to: from,
  sectionId: "consensus",
  place: "",
  main,
});

describe("words", () => {
  test("have no case, accent or apostrophe", () => {
    expect(spellingsOf("Brāvó, one’s")).toEqual(["bravo", "ones"]);
  });

  test("of an identifier are the whole and its parts", () => {
    expect(spellingsOf("commitIndex")).toEqual(["commitindex", "commit", "index"]);
  });

  test("of one root have one stem, and those of another a different one", () => {
    const stems = (words: string) => new Set(words.split(" ").map(stemOf));
    expect(stems("replicate replicates replicated replicating replication").size).toBe(1);
    expect(stems("quorum quorums").size).toBe(1);
    expect(stems("commit commits committed committing").size).toBe(1);
    expect(stems("leader lease lead").size).toBe(3);
  });
});

describe("the search", () => {
  const fixture = indexed(editionFixture());

  test("finds the sections that have a word, and no others", () => {
    expect(found(fixture, "cloudflare")).toEqual([
      "One link, one direction",
      "Consensus: Paxos, Raft, Zab",
    ]);
    expect(found(fixture, "zookeeper")).toEqual([]);
  });

  test("finds a word while its end is not yet written, unless a space says that it is whole", () => {
    expect(found(fixture, "cloudfl")).toEqual(found(fixture, "cloudflare"));
    expect(found(fixture, "cloudfl ")).toEqual([]);
  });

  test("puts the section whose title has the word before those whose text has it", () => {
    expect(found(fixture, "commit")[0]).toBe("The commit rule");
  });

  test("wants all words where some section has them all", () => {
    expect(found(fixture, "etcd pre-vote")).toEqual(["In real systems"]);
  });

  test("puts what the book says before works of the same title", () => {
    const book = editionFixture();
    const html = `<h2 id="a">Sealed clocks</h2><p>One two three.</p><ul><li id="bib-x">Sealed clocks</li></ul>`;
    const tree = fromHtml(html, { fragment: true });
    const sections = book.sections.map((section) =>
      section.id === "clocks" ? { ...section, tree } : section,
    );
    const data = indexed({ ...book, sections });
    const postings = Object.assign(
      {},
      ...shardsFor("sealed", data.core).map((shard) => data.data.get(`search/${shard}`)),
    );
    const ids = rank("sealed", data.core, postings).units.map((unit) => data.core.units[unit]?.[1]);
    expect(ids).toEqual(["a", "bib-x"]);
  });

  test("finds words of listings, captions and descriptions of pictures", () => {
    expect(found(fixture, "advanceCommit")).toContain("The commit rule");
    expect(found(fixture, "answer of n3 is lost")).toContain("The commit rule");
  });

  test("gives a card the text in it and leaves what follows to the heading before", () => {
    const book = editionFixture();
    const tree = fromHtml(
      `<h2 id="a">Alpha</h2><section class="incident" id="i"><h3>Inner</h3><p>within</p></section><p>afterwards</p>`,
      { fragment: true },
    );
    const sections = book.sections.map((section) =>
      section.id === "clocks" ? { ...section, tree } : section,
    );
    const data = indexed({ ...book, sections });
    expect(found(data, "within")).toEqual(["Inner"]);
    expect(found(data, "afterwards")).toEqual(["Alpha"]);
  });
});

describe("a word that the book does not have", () => {
  const data = indexed({
    ...editionFixture(),
    indexEntries: [
      entry("quorum", { locators: [at("term-quorum", true)] }),
      entry("gray failure", { locators: [at("ix-1")] }),
    ],
  });
  const instead = (query: string): string | null => {
    const shards = shardsFor(query, data.core).map((shard) => data.data.get(`search/${shard}`));
    return corrected(query, data.core, Object.assign({}, ...shards));
  };

  test("is taken for the nearest one of titles and index terms", () => {
    expect(instead("quroum")).toBe("quorum");
    expect(instead("quorun of three")).toBe("quorum of three");
    expect(instead("grey failure")).toBe("gray failure");
    expect(instead("consensis")).toBe("consensus");
  });

  test("is left alone where it is the beginning of one, or far from all, or short", () => {
    expect(instead("cloudfl")).toBeNull();
    expect(instead("quo")).toBeNull();
    expect(instead("kangaroo")).toBeNull();
    expect(instead("xyz ")).toBeNull();
  });
});

describe("index terms", () => {
  const data = indexed({
    ...editionFixture(),
    indexEntries: [
      entry("quorum", { locators: [at("ix-1"), at("term-quorum", true)] }),
      entry("majority", { see: ["quorum"] }),
      entry("snapshot", { children: [entry("Raft", { locators: [at("commit-rule")] })] }),
      entry("quorum system", { locators: [at("ix-1")] }),
    ],
  });

  test("are found by name, the exact one first, and by the beginning of a name", () => {
    expect(terms(data, "quorum")).toEqual(["quorum", "quorum system"]);
    expect(terms(data, "quo")).toEqual(["quorum", "quorum system"]);
  });

  test("are found by their synonyms", () => {
    const [term] = rank("majority", data.core, {}).terms;
    expect(data.core.terms[term ?? -1]).toEqual(["majority", [], "quorum"]);
  });

  test("below another are found under both names", () => {
    expect(terms(data, "raft snapshot")).toEqual(["snapshot, Raft"]);
  });

  test("lead to the place of their definition first", () => {
    expect(data.core.terms.find(([name]) => name === "quorum")?.[1][0]?.[1]).toBe("term-quorum");
  });
});

test("a page loads less than 300 kB before its first answer, however long the book is", () => {
  const book = editionFixture();
  const words = (from: number) =>
    Array.from({ length: 20_000 }, (_, index) => ((from + index) * 7919).toString(36)).join(" ");
  const sections = book.sections.map((section, index) =>
    section.kind === "chapter"
      ? { ...section, tree: fromHtml(`<p>${words(index * 20_000)}</p>`, { fragment: true }) }
      : section,
  );
  const files = searchFiles({ ...book, sections }, sections, (section) => section.slug);
  const sizes = [...files].filter(([name]) => /^search\/\d+\.js$/.test(name));
  expect(sizes.length).toBeGreaterThan(4);
  const core = files.get("search/core.js")?.length ?? 0;
  expect(core + Math.max(...sizes.map(([, text]) => text.length))).toBeLessThan(300_000);
});

test("the page's own copy of the ranking gives the same words", () => {
  const scope = { reader: {} as { ranking?: { wordsOf: typeof wordsOf } } };
  new Function("globalThis", rankingScript())(scope);
  const text = "Committed entries of commitIndex, the log’s";
  expect(scope.reader.ranking?.wordsOf(text)).toEqual(wordsOf(text));
});
