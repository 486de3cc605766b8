/**
 * What the words of a text are, and which sections answer a query: used when the index is made, and printed into the
 * script of every page (`rankingScript`). So each function here stands alone with the others: no imports, no constants.
 */

/** One heading with the text below it, up to the next. */
export type Unit = readonly [page: number, id: string, title: string, words: number];

/** An entry of the index: its places, the place of its definition first, or the name of the entry that it is a synonym of. */
export type Term = readonly [
  name: string,
  places: readonly (readonly [unit: number, id: string])[],
  see: string,
];

/** What a page loads before the first answer; postings follow by shards. */
export type SearchCore = {
  /** Address and title of each page. */
  readonly pages: readonly (readonly [href: string, title: string])[];
  readonly units: readonly Unit[];
  readonly terms: readonly Term[];
  /** For each shard the first two letters of its first word; words are in alphabetical order. */
  readonly shards: readonly string[];
  /** Words that stand in so many sections that they tell nothing. */
  readonly common: readonly string[];
};

/** Stem -> sections: distance to the one before in base 36, and after `:` how often, where that is more than once. */
export type Postings = Readonly<Record<string, string>>;

export type Answer = {
  /** Numbers of entries of the index. */
  readonly terms: readonly number[];
  /** Numbers of sections, the best first. */
  readonly units: readonly number[];
};

/** Words as they stand, in lower case; an identifier gives itself and its parts. */
export function spellingsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f\u00ad'’]/g, "");
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((token) => {
    const parts = token.split(/(?<=[a-z0-9])(?=[A-Z])/);
    return [token, ...(parts.length > 1 ? parts : [])].map((part) => part.toLowerCase());
  });
}

/** One form for `replicate`, `replicates`, `replicated`, `replicating` and `replication`. */
export function stemOf(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let stem = word.replace(/ies$/, "y").replace(/(?<=[^sui])s$/, "");
  if (stem.length > 5) stem = stem.replace(/(?:ing|ed)$/, "").replace(/([bdfgmnprt])\1$/, "$1");
  if (stem.length > 5) stem = stem.replace(/(?<=t)ion$/, "");
  return stem.length > 3 ? stem.replace(/e$/, "") : stem;
}

export function wordsOf(text: string): string[] {
  return spellingsOf(text)
    .filter((word) => word.length > 1)
    .map(stemOf);
}

/** The words that are asked for; the last may be the beginning of one, unless a space follows it. */
export function askedWords(
  query: string,
  common: readonly string[],
): { stem: string; begun: string | null; word: string }[] {
  const plain = query
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f'’]/g, "");
  const words = (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => ({
    stem: stemOf(word),
    begun: null as string | null,
    word,
  }));
  const last = words.at(-1);
  if (last && /[\p{L}\p{N}]$/u.test(plain)) last.begun = last.word;
  const telling = words.filter(({ stem, begun }) => begun !== null || !common.includes(stem));
  // A common word tells something only while it is the beginning of another.
  return telling.filter(({ word, begun }) => word.length > 1 || begun !== null);
}

/** Whether a stem of the text is what is asked for: 1 for the word itself, less for one that begins so, 0 for none. */
export function fitOf(stem: string, asked: { stem: string; begun: string | null }): number {
  if (stem === asked.stem) return 1;
  if (asked.begun === null) return 0;
  if (stem.startsWith(asked.begun) || stem.startsWith(asked.stem)) return 0.5;
  // `replicati` on the way to `replication`, whose stem is shorter.
  const isOnTheWay = stem.length > 3 && asked.begun.startsWith(stem);
  return isOnTheWay && asked.begun.length - stem.length < 4 ? 0.25 : 0;
}

/** Numbers of the shards that hold the words of a query. */
export function shardsFor(query: string, core: SearchCore): number[] {
  const wanted = askedWords(query, core.common)
    .map(({ stem }) => stem.slice(0, 2))
    .filter((start) => start.length === 2)
    .map((start) => core.shards.findLastIndex((first) => first <= start));
  return [...new Set(wanted)].filter((shard) => shard >= 0);
}

/**
 * Sections that have all words, or where none has, those that have most of them: first by titles and index terms, then by BM25
 * (Robertson 1994).
 */
export function rank(query: string, core: SearchCore, postings: Postings): Answer {
  const asked = askedWords(query, core.common);
  if (asked.length === 0) return { terms: [], units: [] };
  const terms = rankTerms(asked, core);
  const found = core.units.map(() => ({ words: 0, score: 0 }));
  // The title of a work says what others wrote; what the book says itself comes first.
  const isWork = (unit: number): boolean => core.units[unit]?.[1].startsWith("bib-") ?? false;
  for (const word of asked) {
    const scores = scoresOf(word, core, postings);
    for (const [unit, score] of scores) {
      const sum = found[unit];
      if (!sum) continue;
      sum.words += 1;
      sum.score += score;
    }
  }
  for (const term of terms)
    for (const [unit] of core.terms[term]?.[1] ?? []) {
      const sum = found[unit];
      if (sum && sum.words > 0) sum.score += 4;
    }
  const most = Math.max(1, ...found.map(({ words }) => words));
  const units = found
    .map((sum, unit) => ({ ...sum, unit }))
    .map((sum) => (isWork(sum.unit) ? { ...sum, score: sum.score / 2 } : sum))
    .filter(({ words }) => words === most)
    .sort((a, b) => b.score - a.score || a.unit - b.unit);
  return { terms, units: units.map(({ unit }) => unit) };
}

/** Entries of the index all of whose asked words are there; the whole name first, then the shortest. */
export function rankTerms(
  asked: readonly { stem: string; begun: string | null }[],
  core: SearchCore,
): number[] {
  const fitting = core.terms.flatMap(([name], term) => {
    const stems = wordsOf(name);
    const fits = asked.map((word) => Math.max(0, ...stems.map((stem) => fitOf(stem, word))));
    if (fits.includes(0)) return [];
    const rest = stems.length - asked.length;
    return [{ term, name, score: fits.reduce((sum, fit) => sum + fit, 0) - rest }];
  });
  return fitting
    .sort((a, b) => b.score - a.score || a.name.length - b.name.length || a.term - b.term)
    .map(({ term }) => term);
}

/** What one word gives each section that has it. */
export function scoresOf(
  word: { stem: string; begun: string | null },
  core: SearchCore,
  postings: Postings,
): Map<number, number> {
  const scores = new Map<number, number>();
  const add = (unit: number, score: number): void => {
    scores.set(unit, (scores.get(unit) ?? 0) + score);
  };
  const mean = core.units.reduce((sum, unit) => sum + unit[3], 0) / core.units.length;
  const fits = Object.keys(postings)
    .map((stem) => ({ stem, fit: fitOf(stem, word) }))
    .filter(({ fit }) => fit > 0);
  // `within` is no way to `with` where it is a word of its own.
  const least = Math.min(0.5, Math.max(...fits.map(({ fit }) => fit)));
  for (const { stem, fit } of fits.filter((each) => each.fit >= least)) {
    const places = (postings[stem] ?? "").split(" ");
    const rarity = Math.log(1 + (core.units.length - places.length + 0.5) / (places.length + 0.5));
    let unit = 0;
    for (const place of places) {
      const [distance = "0", times = "1"] = place.split(":");
      unit += Number.parseInt(distance, 36);
      const count = Number.parseInt(times, 36);
      const length = (core.units[unit]?.[3] ?? mean) / mean;
      add(unit, (fit * rarity * count * 2.2) / (count + 1.2 * (0.25 + 0.75 * length)));
    }
  }
  core.units.forEach(([, , title], unit) => {
    const stems = wordsOf(title);
    const fit = Math.max(0, ...stems.map((stem) => fitOf(stem, word)));
    // A short title that has the word is more about it than a long one.
    if (fit > 0) add(unit, fit * (4 + 6 / stems.length));
  });
  return scores;
}

/**
 * The query with each word that the book does not have replaced by the nearest one of its titles and index terms: a slip of the
 * finger, or British spelling. Null where nothing is replaced.
 */
export function corrected(query: string, core: SearchCore, postings: Postings): string | null {
  const names = [...core.units.map(([, , title]) => title), ...core.terms.map(([name]) => name)];
  const known = [...new Set(names.flatMap(spellingsOf))];
  const stems = [...Object.keys(postings), ...known.map(stemOf)];
  const near = askedWords(query, core.common).flatMap(({ stem, begun, word }) => {
    if (stems.some((each) => fitOf(each, { stem, begun }) > 0)) return [];
    const other = nearestOf(word, known);
    return other === null ? [] : [{ word, other }];
  });
  if (near.length === 0) return null;
  const others = new Map(near.map(({ word, other }) => [word, other]));
  return spellingsOf(query)
    .map((word) => others.get(word) ?? word)
    .join(" ");
}

/** One slip in a short word, two in a long one; none in one that is so short that any other is near. */
export function nearestOf(word: string, known: readonly string[]): string | null {
  const slips = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
  const near = known
    .filter((other) => Math.abs(other.length - word.length) <= slips && !/\d/.test(other))
    .map((other) => ({ other, distance: distanceOf(word, other) }))
    .filter(({ distance }) => distance <= slips)
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.other ?? null;
}

/** Letters to change, to add, to leave out or to swap with the next one on the way from one word to the other. */
export function distanceOf(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const changed = one[row - 1] === other[column - 1] ? 0 : 1;
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const ways = [
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + changed,
        ...(isSwap && row > 1 && column > 1 ? [(before[column - 2] ?? 0) + 1] : []),
      ];
      next.push(Math.min(...ways));
    }
    [before, last] = [last, next];
  }
  return last[other.length] ?? 0;
}

/** All of this as a script for the page, which finds it as `reader.ranking`. */
export function rankingScript(): string {
  const all = [
    spellingsOf,
    stemOf,
    wordsOf,
    askedWords,
    fitOf,
    shardsFor,
    rank,
    rankTerms,
    scoresOf,
    corrected,
    nearestOf,
    distanceOf,
  ];
  const names = all.map((each) => each.name).join(", ");
  return `(() => {\n${all.map(String).join("\n")}\nglobalThis.reader.ranking = { ${names} };\n})();\n`;
}
