/**
 * What a coordination service remembers, as a function of its log: a tree
 * of small nodes, the sessions of its clients, and who watches what. The
 * words are ZooKeeper's (Hunt, Konar, Junqueira, Reed, USENIX ATC 2010).
 */
import type { Body, Json, NodeId } from "../kernel/node.ts";

// #region tree-types
// #region znode
export type Znode = {
  readonly value: Json;
  /** Counts the writes of this node, from 0 on. */
  readonly version: number;
  /** The log index that made it: never the same twice, and it grows. */
  readonly createdIndex: number;
  /** The session that it dies with; null if it stays. */
  readonly owner: string | null;
  /** How many sequential children it ever had. */
  readonly sequence: number;
};
// #endregion znode

export type Session = {
  readonly client: NodeId;
  readonly openMsgId: number;
  readonly timeoutMs: number;
  readonly lastMsgId: number;
  readonly lastReply: Body;
  /** What it was not yet seen to have heard, oldest first. */
  readonly events: readonly WatchEvent[];
  readonly eventsFired: number;
};

export type WatchEvent = {
  /** 1, 2, 3 … in each session. */
  readonly number: number;
  readonly path: string;
  readonly change: "created" | "changed" | "deleted" | "children";
};

export type Tree = {
  readonly nodes: { readonly [path: string]: Znode };
  readonly sessions: { readonly [session: string]: Session };
  /** Who hears of the next change of a node; of a node's children. */
  readonly watches: { readonly [path: string]: readonly string[] };
  readonly childWatches: { readonly [path: string]: readonly string[] };
};
// #endregion tree-types

const root: Znode = {
  value: null,
  version: 0,
  createdIndex: 0,
  owner: null,
  sequence: 0,
};

export const emptyTree: Tree = {
  nodes: { "/": root },
  sessions: {},
  watches: {},
  childWatches: {},
};

/** What stands in the log. */
export type Command =
  | {
      readonly type: "request";
      readonly client: NodeId;
      readonly request: Body;
    }
  | { readonly type: "expire"; readonly session: string };

type Done = readonly [Tree, Body];

// #region apply-command
/** Carry out what was committed at this index; null answers nobody. */
export function applyCommand(
  tree: Tree,
  index: number,
  command: Command,
): readonly [Tree, Body | null] {
  if (command.type === "expire") {
    return [endSession(tree, command.session), null];
  }
  const { client, request } = command;
  if (request.type === "open") {
    return openSession(tree, index, client, request);
  }
  const name = String(request.session);
  const session = tree.sessions[name];
  if (session === undefined) return [tree, expired];
  const msgId = Number(request.msg_id);
  if (msgId < session.lastMsgId) return [tree, null];
  if (msgId === session.lastMsgId) return [tree, session.lastReply];
  const seen = Number(request.seen ?? 0);
  const [next, lastReply] = execute(tree, index, name, request);
  return [
    withSession(next, name, (s) => ({
      ...s,
      lastMsgId: msgId,
      lastReply,
      events: s.events.filter(({ number }) => number > seen),
    })),
    lastReply,
  ];
}
// #endregion apply-command

/**
 * Not a definite error: a copy of the request may have been carried out
 * while the session lived, and its answer have been lost.
 */
export const expired: Body = failure(1001, "session expired");

// #region sessions
/** A session is named by the log index that opened it. */
function openSession(
  tree: Tree,
  index: number,
  client: NodeId,
  { msg_id, timeout_ms }: Body,
): Done {
  const openMsgId = Number(msg_id);
  const known = Object.entries(tree.sessions).find(
    ([, s]) => s.client === client && s.openMsgId === openMsgId,
  );
  const name = known?.[0] ?? `s${index}`;
  const lastReply = { type: "open_ok", session: name };
  if (known) return [tree, lastReply];
  const session: Session = {
    client,
    openMsgId,
    timeoutMs: Number(timeout_ms),
    lastMsgId: openMsgId,
    lastReply,
    events: [],
    eventsFired: 0,
  };
  const sessions = { ...tree.sessions, [name]: session };
  return [{ ...tree, sessions }, lastReply];
}

// #region end-session
/** Its ephemeral nodes go with it; its watches too. */
function endSession(tree: Tree, name: string): Tree {
  const { [name]: _gone, ...sessions } = tree.sessions;
  const owned = Object.keys(tree.nodes)
    .filter((path) => tree.nodes[path]?.owner === name)
    .toSorted(byName);
  const next: Tree = {
    ...tree,
    sessions,
    watches: without(tree.watches, name),
    childWatches: without(tree.childWatches, name),
  };
  return owned.reduce(removeNode, next);
}
// #endregion end-session
// #endregion sessions

// #region execute-request
function execute(
  tree: Tree,
  index: number,
  session: string,
  request: Body,
): Done {
  const path = String(request.path);
  switch (request.type) {
    case "create":
      return create(tree, index, session, path, request);
    case "set":
      return set(tree, path, request);
    case "delete":
      return remove(tree, path, request);
    case "close":
      return [endSession(tree, session), { type: "close_ok" }];
    case "children":
    case "get": {
      const isList = request.type === "children";
      const watched = request.watch
        ? watch(tree, path, session, isList)
        : tree;
      return [watched, look(tree, request)];
    }
    default:
      return [tree, failure(10, "no such request")];
  }
}
// #endregion execute-request

// #region create
/** Ephemeral: dies with the session. Sequential: a number is appended. */
function create(
  tree: Tree,
  index: number,
  session: string,
  asked: string,
  { value, ephemeral, sequential }: Body,
): Done {
  const above = parentOf(asked);
  const parent = tree.nodes[above];
  if (parent === undefined) return [tree, failure(20, "no parent")];
  if (parent.owner !== null) {
    return [tree, failure(22, "an ephemeral node has no children")];
  }
  const number = String(parent.sequence).padStart(10, "0");
  const path = sequential ? `${asked}${number}` : asked;
  if (tree.nodes[path]) return [tree, failure(21, "it exists")];
  const sequence = parent.sequence + (sequential ? 1 : 0);
  const node: Znode = {
    ...root,
    value: value ?? null,
    createdIndex: index,
    owner: ephemeral ? session : null,
  };
  const nodes = {
    ...tree.nodes,
    [above]: { ...parent, sequence },
    [path]: node,
  };
  const next = fire({ ...tree, nodes }, path, "created");
  const reply = { type: "create_ok", path, created_index: index };
  return [fireChildren(next, above), reply];
}
// #endregion create

// #region set
/** With a version, only if nobody has written since: compare-and-swap. */
function set(tree: Tree, path: string, request: Body): Done {
  const node = tree.nodes[path];
  if (node === undefined) return [tree, failure(20, "no such node")];
  if (!isExpected(node, request)) {
    return [tree, failure(22, "another version is there")];
  }
  const version = node.version + 1;
  const changed = { ...node, value: request.value ?? null, version };
  const nodes = { ...tree.nodes, [path]: changed };
  const next = fire({ ...tree, nodes }, path, "changed");
  return [next, { type: "set_ok", version }];
}

function isExpected(node: Znode, { version }: Body): boolean {
  return version === undefined || version === node.version;
}
// #endregion set

// #region delete
function remove(tree: Tree, path: string, request: Body): Done {
  const node = tree.nodes[path];
  if (node === undefined) return [tree, failure(20, "no such node")];
  if (!isExpected(node, request)) {
    return [tree, failure(22, "another version is there")];
  }
  if (path === "/" || childrenOf(tree, path).length > 0) {
    return [tree, failure(22, "it has children")];
  }
  return [removeNode(tree, path), { type: "delete_ok" }];
}

/** Who watches its children is told too: of none will it hear again. */
function removeNode(tree: Tree, path: string): Tree {
  const { [path]: _gone, ...nodes } = tree.nodes;
  const { [path]: listing = [], ...childWatches } = tree.childWatches;
  const all = new Set([...(tree.watches[path] ?? []), ...listing]);
  const watches = { ...tree.watches, [path]: [...all] };
  const bare = { ...tree, nodes, watches, childWatches };
  return fireChildren(fire(bare, path, "deleted"), parentOf(path));
}
// #endregion delete

// #region look
/** The answer to `get` or `children`; changes nothing. */
export function look(tree: Tree, request: Body): Body {
  const path = String(request.path);
  const node = tree.nodes[path];
  if (node === undefined) return failure(20, "no such node");
  if (request.type === "children") {
    return { type: "children_ok", children: childrenOf(tree, path) };
  }
  const { value, version, createdIndex: created_index } = node;
  return { type: "get_ok", value, version, created_index };
}
// #endregion look

// #region watches
/** Once: whoever wants to hear of the change after asks again. */
function watch(
  tree: Tree,
  path: string,
  session: string,
  isList: boolean,
): Tree {
  const kind = isList ? "childWatches" : "watches";
  const known = tree[kind][path] ?? [];
  if (known.includes(session)) return tree;
  const all = { ...tree[kind], [path]: [...known, session] };
  return { ...tree, [kind]: all };
}

function fireChildren(tree: Tree, path: string): Tree {
  const { [path]: waiting = [], ...childWatches } = tree.childWatches;
  return tell({ ...tree, childWatches }, waiting, path, "children");
}

// #region fire
/** Whoever waits for a change of this node is told, and forgotten. */
function fire(
  tree: Tree,
  path: string,
  change: WatchEvent["change"],
): Tree {
  const { [path]: waiting = [], ...watches } = tree.watches;
  return tell({ ...tree, watches }, waiting, path, change);
}

function tell(
  tree: Tree,
  waiting: readonly string[],
  path: string,
  change: WatchEvent["change"],
): Tree {
  return waiting.reduce(
    (now, name) =>
      withSession(now, name, (s) => {
        const number = s.eventsFired + 1;
        const events = [...s.events, { number, path, change }];
        return { ...s, events, eventsFired: number };
      }),
    tree,
  );
}
// #endregion fire
// #endregion watches

/** The names of a node's children, in order. */
export function childrenOf(
  tree: Tree,
  path: string,
): readonly string[] {
  const start = path === "/" ? "/" : `${path}/`;
  return Object.keys(tree.nodes)
    .filter((name) => name !== "/" && name.startsWith(start))
    .map((name) => name.slice(start.length))
    .filter((name) => !name.includes("/"))
    .toSorted(byName);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function withSession(
  tree: Tree,
  name: string,
  change: (session: Session) => Session,
): Tree {
  const session = tree.sessions[name];
  if (session === undefined) return tree;
  const sessions = { ...tree.sessions, [name]: change(session) };
  return { ...tree, sessions };
}

function without(
  watches: Tree["watches"],
  session: string,
): Tree["watches"] {
  return Object.fromEntries(
    Object.entries(watches)
      .map(([path, names]) => {
        return [
          path,
          names.filter((name) => name !== session),
        ] as const;
      })
      .filter(([, names]) => names.length > 0),
  );
}

function failure(code: number, text: string): Body {
  return { type: "error", code, text };
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
