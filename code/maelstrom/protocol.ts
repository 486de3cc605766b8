/**
 * Good manners, for every node: what must hold of any request is
 * checked here, so that a node sees only what its workload allows.
 */
// unprinted: for the chapter on testing
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { failed } from "./errors.ts";
import {
  type Fields,
  integer,
  isDeeperThan,
  misfit,
  own,
} from "./shapes.ts";
import type { Contract } from "./workloads.ts";

// #region reply
/** The answer to a request: it names the question it belongs to. */
export function reply(to: Message, body: Body): Effect {
  const in_reply_to = to.body.msg_id ?? null;
  return { kind: "send", dest: to.src, body: { ...body, in_reply_to } };
}
// #endregion reply

/** What servers say to each other, by type. */
export type PeerMessages = { readonly [type: string]: Fields };

export type Mannered<S> = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly inner: S;
};

// #region mannered
/** A node of a workload: requests by contract, and talk among peers. */
export function mannered<S>(
  contract: Contract,
  peerMessages: PeerMessages,
  node: Node<S>,
): Node<Mannered<S>> {
  return {
    init(setup) {
      const { id, peers } = setup;
      const [inner, effects] = node.init(setup);
      return [{ id, peers, inner }, effects];
    },
    step(state, input): Step<Mannered<S>> {
      const { event } = input;
      const heard =
        event.kind === "message"
          ? hear(state, event.message, contract, peerMessages)
          : ({ kind: "pass", event } as const);
      if (heard.kind === "ignore") return [state, []];
      if (heard.kind === "answer") return [state, [heard.effect]];
      const passed = { ...input, event: heard.event };
      const [inner, effects] = node.step(state.inner, passed);
      return [{ ...state, inner }, effects];
    },
  };
}
// #endregion mannered

type Heard =
  | { readonly kind: "ignore" }
  | { readonly kind: "answer"; readonly effect: Effect }
  | {
      readonly kind: "pass";
      readonly event: {
        readonly kind: "message";
        readonly message: Message;
      };
    };

const ignore: Heard = { kind: "ignore" };
/** A stack holds some ten thousand calls; no workload nests so. */
const levelsMax = 100;

// #region hear
/** Who says this, may they, and is it said as agreed? */
function hear(
  state: Mannered<unknown>,
  message: Message,
  contract: Contract,
  peerMessages: PeerMessages,
): Heard {
  const { src, body } = message;
  const isDeep = isDeeperThan(levelsMax, body);
  if (
    state.peers.includes(src) &&
    Object.hasOwn(peerMessages, body.type)
  ) {
    const isSound =
      !isDeep && !misfit(peerMessages[body.type] ?? {}, body);
    return isSound ? pass(message) : ignore;
  }
  // An answer to an answer would never end (doc/protocol.md).
  if (Object.hasOwn(body, "in_reply_to")) return ignore;
  if (!integer(own(body, "msg_id"))) return ignore;
  if (body.type === "init") return initAgain(state, message);
  if (!Object.hasOwn(contract, body.type)) {
    return answer(message, "not-supported", `no "${body.type}" here`);
  }
  const fields = contract[body.type]?.request ?? {};
  const wrong = isDeep ? "nesting" : misfit(fields, body);
  if (wrong !== undefined) {
    return answer(message, "malformed-request", `look at "${wrong}"`);
  }
  return pass({ ...message, body: only(fields, body) });
}
// #endregion hear

// #region init-again
/** The first made this node; a copy of it changes nothing any more. */
function initAgain({ id }: Mannered<unknown>, message: Message): Heard {
  if (message.body.node_id !== id) {
    return answer(message, "malformed-request", `this is ${id}`);
  }
  const effect = reply(message, { type: "init_ok" });
  return { kind: "answer", effect };
}
// #endregion init-again

function pass(message: Message): Heard {
  return { kind: "pass", event: { kind: "message", message } };
}

function answer(
  to: Message,
  name: "not-supported" | "malformed-request",
  why: string,
): Heard {
  return { kind: "answer", effect: reply(to, failed(name, why)) };
}

// #region only
/** The request without what the contract does not name. */
function only(fields: Fields, body: Body): Body {
  const { type, msg_id = null } = body;
  const named = Object.keys(fields).map((name): [string, Json] => [
    name,
    body[name] ?? null,
  ]);
  return { ...Object.fromEntries(named), type, msg_id };
}
// #endregion only
