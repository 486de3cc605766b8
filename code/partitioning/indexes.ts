/**
 * Secondary indexes over partitions: each partition indexes its own
 * documents (local), or the index is partitioned by what it indexes
 * (global). One makes reads ask everybody, the other makes writes go to
 * two places.
 */
import { hash32 } from "../placement/hash.ts";

// #region documents
export type Document = { readonly id: string; readonly color: string };
type Postings = { readonly [color: string]: readonly string[] };

function place(text: string, partitions: number): number {
  return hash32(text) % partitions;
}

function post(index: Postings, { id, color }: Document): Postings {
  const ids = new Set([...(index[color] ?? []), id]);
  return { ...index, [color]: sorted([...ids]) };
}

function remove(index: Postings, { id, color }: Document): Postings {
  const ids = (index[color] ?? []).filter((other) => other !== id);
  return { ...index, [color]: ids };
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted((a, b) => (a < b ? -1 : 1));
}
// #endregion documents

// #region local-index
/** One partition: its documents, and the index of just these. */
export type Shard = {
  readonly documents: { readonly [id: string]: Document };
  readonly index: Postings;
};
export type Local = readonly Shard[];

export function emptyLocal(partitions: number): Local {
  return Array.from({ length: partitions }, () => ({
    documents: {},
    index: {},
  }));
}

/** Document and index change together: they live on one machine. */
export function writeLocal(shards: Local, document: Document): Local {
  const at = place(document.id, shards.length);
  return shards.map((shard, n) => {
    if (n !== at) return shard;
    const old = shard.documents[document.id];
    const index = old ? remove(shard.index, old) : shard.index;
    const documents = { ...shard.documents, [document.id]: document };
    return { documents, index: post(index, document) };
  });
}

/** Scatter, gather: any partition may have some. */
export function readLocal(shards: Local, color: string) {
  const ids = shards.flatMap(({ index }) => index[color] ?? []);
  return { ids: sorted(ids), asked: shards.length };
}
// #endregion local-index

// #region global-index
export type Global = {
  readonly documents: { readonly [id: string]: Document };
  /** Partitioned by color; one partition answers for a color. */
  readonly index: readonly Postings[];
  /** Changes of documents that have not reached the index yet. */
  readonly pending: readonly {
    readonly old: Document | null;
    readonly new: Document;
  }[];
};

export function emptyGlobal(partitions: number): Global {
  const index = Array.from({ length: partitions }, () => ({}));
  return { documents: {}, index, pending: [] };
}

// #region global-write
/** The document is written now; the index, elsewhere, learns later. */
export function writeGlobal(store: Global, document: Document): Global {
  const old = store.documents[document.id] ?? null;
  return {
    ...store,
    documents: { ...store.documents, [document.id]: document },
    pending: [...store.pending, { old, new: document }],
  };
}

/** The oldest change reaches the index: up to two of its partitions. */
export function catchUp(store: Global): Global {
  const [change, ...pending] = store.pending;
  if (change === undefined) return store;
  const count = store.index.length;
  const index = store.index.map((part, at) => {
    const { old } = change;
    const isOld = old && place(old.color, count) === at;
    const without = isOld ? remove(part, old) : part;
    const isNew = place(change.new.color, count) === at;
    return isNew ? post(without, change.new) : without;
  });
  return { ...store, index, pending };
}
// #endregion global-write

/** One partition answers, as of what it has heard. */
export function readGlobal(store: Global, color: string) {
  const part = store.index[place(color, store.index.length)];
  return { ids: part?.[color] ?? [], asked: 1 };
}
// #endregion global-index
