/** A coordinator's half: N replicas are asked, R or W must answer. */
import {
  contextOf,
  type Dot,
  merge,
  type Sibling,
} from "../clocks/dotted.ts";
import type { VersionVector } from "../clocks/version-vector.ts";
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { preferenceList } from "../placement/ring.ts";
import { hold } from "./replica.ts";
import {
  type Ask,
  type Options,
  persist,
  type State,
  send,
  timer,
  valuesOf,
  type Work,
} from "./state.ts";

// #region begin
/** Ask the N homes of the key, of which this node may be one. */
export function begin(
  options: Options,
  state: State,
  ask: Ask,
  nowMs: number,
): Step<State> {
  const { client, msgId, op, key, needed } = ask;
  const isCopy = msgId <= (state.served[client] ?? 0);
  if (op === "write" && isCopy) return [state, []];
  const [stored, saved] =
    op === "write" ? write(state, ask) : ([state, []] as const);
  const homes = preferenceList(state.ring, key, options.n);
  const work: Work = {
    name: `${state.id}.${state.starts}.${state.begun + 1}`,
    client,
    msgId,
    op,
    key,
    needed,
    asked: homes.map((node) => ({ node, home: node })),
    answers: homes.includes(state.id)
      ? { [state.id]: stored.data[key] ?? [] }
      : {},
    siblings: op === "write" ? (stored.data[key] ?? []) : [],
    isAnswered: false,
    untilMs: nowMs + options.giveUpMs,
  };
  const works = [...stored.works, work];
  const next = { ...stored, begun: state.begun + 1, works };
  const asking = [...tell(work), timer(work.name, options.retryMs)];
  const [done, more] = advance(options, next, work);
  return [done, [...saved, ...asking, ...more]];
}
// #endregion begin

// #region write
/**
 * A new sibling in place of those that its client had read. Dots are
 * counted over all keys: a count is never used again, even if the key
 * was forgotten. Whoever coordinates keeps a copy, so that nobody knows
 * its later dots without the earlier ones.
 */
function write(state: State, ask: Ask): Step<State> {
  const { client, msgId, key, value, context } = ask;
  const dots = state.dots + 1;
  const dot = { node: state.id, count: dots };
  const own: Sibling = { dot, past: context, value };
  const served = { ...state.served, [client]: msgId };
  const counted = { ...state, dots, served };
  const [next, saved] = hold(counted, key, [own]);
  const first = [persist("dots", dots), persist("served", served)];
  return [next, [...first, ...saved]];
}
// #endregion write

// #region tell
/** To all that were asked and have not answered yet. */
function tell(work: Work): readonly Effect[] {
  const { name, op, key, asked, answers } = work;
  const siblings = work.siblings as Json;
  return asked
    .filter(({ node }) => answers[node] === undefined)
    .map(({ node, home }) =>
      send(
        node,
        op === "read"
          ? { type: "get", work: name, key }
          : { type: "store", work: name, key, siblings, home },
      ),
    );
}
// #endregion tell

// #region on-answer
/** A replica answered; enough of them answer the client. */
export function onAnswer(
  options: Options,
  state: State,
  from: NodeId,
  body: Body & { readonly work: string },
): Step<State> {
  const work = state.works.find(({ name }) => name === body.work);
  if (work === undefined) return [state, []];
  const told = (body.siblings ?? []) as readonly Sibling[];
  const answers = { ...work.answers, [from]: told };
  return advance(options, state, { ...work, answers });
}

// #region advance
function advance(
  options: Options,
  state: State,
  work: Work,
): Step<State> {
  const answered = Object.keys(work.answers).length;
  const isEnough = answered >= work.needed;
  const isDue = isEnough && !work.isAnswered;
  const said = isDue ? [answer(state, work)] : [];
  const heard = { ...work, isAnswered: isEnough };
  const isOver = isEnough && answered === work.asked.length;
  if (!isOver) return [replace(state, heard), said];
  const [next, repairs] = end(options, state, heard);
  return [next, [...said, ...repairs]];
}
// #endregion advance

/** A read: all siblings that are left, and the context for a write. */
function answer({ id }: State, work: Work): Effect {
  const siblings = Object.values(work.answers).reduce(merge, []);
  const context: VersionVector = contextOf(siblings);
  const values = valuesOf(siblings);
  const body =
    work.op === "read"
      ? { type: "read_ok", values, context }
      : { type: "write_ok", dot: dotOf(work, id) };
  return send(work.client, { ...body, in_reply_to: work.msgId });
}

/** The dot of this write: the latest of ours in what it stored. */
function dotOf({ siblings }: Work, node: NodeId): Dot {
  const counts = siblings
    .filter(({ dot }) => dot.node === node)
    .map(({ dot }) => dot.count);
  return { node, count: Math.max(...counts) };
}
// #endregion on-answer

// #region read-repair
/** The end of a read: who had less than all others is sent it. */
function end(options: Options, state: State, work: Work): Step<State> {
  const works = state.works.filter(({ name }) => name !== work.name);
  const over = { ...state, works };
  if (work.op === "write" || !options.repairsReads) return [over, []];
  const { key, answers, name } = work;
  const all = Object.values(answers).reduce(merge, []);
  const behind = Object.keys(answers).filter(
    (node) => JSON.stringify(answers[node]) !== JSON.stringify(all),
  );
  const siblings = all as Json;
  const repairs = behind.map((node) =>
    send(node, {
      type: "store",
      work: name,
      key,
      siblings,
      home: node,
    }),
  );
  return [over, repairs];
}
// #endregion read-repair

// #region on-retry
/** Ask the silent again; for a write, ask stand-ins too, if we may. */
export function onRetry(
  options: Options,
  state: State,
  name: string,
  nowMs: number,
): Step<State> {
  const work = state.works.find((one) => one.name === name);
  if (work === undefined) return [state, []];
  if (nowMs >= work.untilMs) return giveUp(options, state, work);
  const maySubstitute = options.isSloppy && work.op === "write";
  const next = maySubstitute
    ? withStandIns(options, state, work)
    : work;
  const again = timer(name, options.retryMs);
  return [replace(state, next), [...tell(next), again]];
}

/** The nodes that follow on the ring, one for each silent home. */
function withStandIns(
  { n }: Options,
  { ring, peers }: State,
  work: Work,
): Work {
  const all = preferenceList(ring, work.key, peers.length + 1);
  const isServed = (home: NodeId) =>
    work.asked.some((one) => one.home === home && one.node !== home) ||
    work.answers[home] !== undefined;
  const silent = all.slice(0, n).filter((home) => !isServed(home));
  const taken = work.asked.map(({ node }) => node);
  const free = all.slice(n).filter((node) => !taken.includes(node));
  const standIns = silent.flatMap((home, at) => {
    const node = free[at];
    return node === undefined ? [] : [{ node, home }];
  });
  return { ...work, asked: [...work.asked, ...standIns] };
}

function giveUp(
  options: Options,
  state: State,
  work: Work,
): Step<State> {
  const [next, repairs] = end(options, state, work);
  if (work.isAnswered) return [next, repairs];
  // A write may have been stored by some, and be found one day.
  const code = work.op === "write" ? 0 : 11;
  const error = { type: "error", code, text: "too few answered" };
  const body = { ...error, in_reply_to: work.msgId };
  return [next, [send(work.client, body)]];
}
// #endregion on-retry

function replace(state: State, work: Work): State {
  const works = state.works.map((one) =>
    one.name === work.name ? work : one,
  );
  return { ...state, works };
}
