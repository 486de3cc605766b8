/** Kafka: unique offsets, nothing lost, no gaps, no way back. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import type { Json } from "../../kernel/node.ts";
import { canonical } from "../../raft-kv/store.ts";
import {
  type Check,
  done,
  type Finding,
  fine,
  firstOf,
  illegal,
  lateFor,
} from "./finding.ts";

// #region records
/** That this message stands at this offset, and who says so. */
type Fact = {
  readonly key: string;
  readonly offset: number;
  readonly msg: string;
  readonly by: Operation;
};
type Pairs = readonly (readonly [number, Json])[];
type Offsets = { readonly [key: string]: number };

function factsOf(operation: Operation): readonly Fact[] {
  const { op, args, result } = operation;
  const by = operation;
  if (op === "send") {
    const msg = canonical(args.msg ?? null);
    const offset = Number(result?.offset);
    return [{ key: String(args.key), offset, msg, by }];
  }
  const msgs = result?.msgs as { readonly [key: string]: Pairs };
  return Object.entries(msgs).flatMap(([key, pairs]) =>
    pairs.map(([offset, msg]) => ({
      key,
      offset,
      msg: canonical(msg),
      by,
    })),
  );
}
// #endregion records

export const checkKafka: Check = ({ all, finals }) => {
  const sends = done(all, "send");
  const polls = done(all, "poll");
  const facts = [...sends, ...polls].flatMap(factsOf);
  return firstOf(
    () => checkOffsets(facts),
    () => checkOrigin(facts, all),
    () => checkOrder(sends.flatMap(factsOf)),
    () => checkPolls(polls, facts),
    () => checkLost(sends, finals),
    () => checkCommitted(all),
  );
};

// #region check-offsets
/** One message at an offset; and, as each is sent once, one offset. */
function checkOffsets(facts: readonly Fact[]): Finding {
  const byOffset = new Map<string, Fact>();
  const byMsg = new Map<string, Fact>();
  for (const fact of facts) {
    const { key, offset, msg, by } = fact;
    const other = byOffset.get(`${offset} ${key}`) ?? fact;
    if (other.msg !== msg) {
      const both = `${other.msg} and ${msg}`;
      return illegal(`${both} at ${key}:${offset}`, other.by, by);
    }
    const twin = byMsg.get(`${msg} ${key}`) ?? fact;
    if (twin.offset !== offset) {
      const both = `${key}:${twin.offset} and ${key}:${offset}`;
      return illegal(`${msg} is at ${both}`, twin.by, by);
    }
    byOffset.set(`${offset} ${key}`, fact);
    byMsg.set(`${msg} ${key}`, fact);
  }
  return fine;
}

/** What is polled was sent, to this key. */
function checkOrigin(
  facts: readonly Fact[],
  all: readonly Operation[],
): Finding {
  const sent = all
    .filter(({ op, outcome }) => op === "send" && outcome !== "fail")
    .map(({ args }) => `${canonical(args.msg ?? null)} ${args.key}`);
  const known = new Set(sent);
  const invented = facts.find(
    ({ msg, key }) => !known.has(`${msg} ${key}`),
  );
  return invented
    ? illegal(`nobody has sent ${invented.msg}`, invented.by)
    : fine;
}
// #endregion check-offsets

// #region check-order
/** Of two sends one after the other the later is the higher. */
function checkOrder(sends: readonly Fact[]): Finding {
  for (const { key, offset, by } of sends) {
    const overtaken = sends.find(
      (earlier) =>
        earlier.key === key &&
        isBefore(earlier.by, by) &&
        earlier.offset >= offset,
    );
    if (overtaken) {
      return illegal("a later send comes first", overtaken.by, by);
    }
  }
  return fine;
}

function isBefore(one: Operation, other: Operation): boolean {
  return one.returnMs !== null && one.returnMs < other.invokeMs;
}
// #endregion check-order

// #region check-polls
/** Upwards from what was asked for, leaving nothing known out. */
function checkPolls(
  polls: readonly Operation[],
  facts: readonly Fact[],
): Finding {
  const offsets = new Map<string, Set<number>>();
  for (const { key, offset } of facts) {
    offsets.set(key, (offsets.get(key) ?? new Set()).add(offset));
  }
  for (const poll of polls) {
    const asked = poll.args.offsets as Offsets;
    const msgs = poll.result?.msgs as { readonly [key: string]: Pairs };
    for (const [key, pairs] of Object.entries(msgs)) {
      const known = offsets.get(key) ?? new Set();
      if (!isWhole(asked[key], pairs, known)) {
        return illegal(`a poll of ${key} leaves some out`, poll);
      }
    }
  }
  return fine;
}

function isWhole(
  from: number | undefined,
  pairs: Pairs,
  known: ReadonlySet<number>,
): boolean {
  if (from === undefined) return false;
  let next = from;
  for (const [offset] of pairs) {
    if (offset < next) return false;
    for (; next < offset; next++) if (known.has(next)) return false;
    next = offset + 1;
  }
  return true;
}
// #endregion check-polls

// #region check-lost
/** What was acknowledged, every server has in the end. */
function checkLost(
  sends: readonly Operation[],
  finals: readonly Operation[],
): Finding {
  const isLate = lateFor(finals);
  const sure = sends.filter((send) => !isLate(send)).flatMap(factsOf);
  const polls = done(finals, "poll");
  const readers = [...new Set(polls.map(({ process }) => process))];
  for (const reader of readers) {
    const own = polls.filter(({ process }) => process === reader);
    const seen = new Set(
      own.flatMap(factsOf).map(({ key, offset }) => `${offset} ${key}`),
    );
    const lost = sure.find(
      ({ key, offset }) => !seen.has(`${offset} ${key}`),
    );
    if (lost) {
      const where = `${lost.key}:${lost.offset}`;
      return illegal(`${lost.msg} at ${where} is lost`, lost.by);
    }
  }
  return fine;
}
// #endregion check-lost

// #region check-committed
/** What was committed, or seen to be, is so ever after. */
function checkCommitted(all: readonly Operation[]): Finding {
  const lists = done(all, "list_committed_offsets");
  const commits = done(all, "commit_offsets");
  for (const list of lists) {
    const found = list.result?.offsets as Offsets;
    for (const key of list.args.keys as readonly string[]) {
      const least = [...commits, ...lists].find(
        (earlier) =>
          isBefore(earlier, list) &&
          (committedIn(earlier)[key] ?? -1) > (found[key] ?? -1),
      );
      if (least) return illegal(`${key} went back`, least, list);
    }
  }
  return fine;
}

function committedIn({ op, args, result }: Operation): Offsets {
  const told = op === "commit_offsets" ? args : result;
  return told?.offsets as Offsets;
}
// #endregion check-committed
