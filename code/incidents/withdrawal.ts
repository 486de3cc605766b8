/**
 * Name servers that take themselves out of the routes when they cannot
 * reach the data centers behind them, and the routes that lead to them.
 * Each decides for itself, and all look at the same thing.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { answer, timer } from "./customers.ts";

// #region site
export type SiteOptions = {
  /** What a site must reach to think itself well. */
  readonly core: NodeId;
  readonly routes: NodeId;
  readonly checkMs: number;
};
export type SiteState = { readonly heardSince: boolean };

/** Answers from what it has; says every so often whether it is well. */
export function site(options: SiteOptions): Node<SiteState> {
  const { core, routes, checkMs } = options;
  const check = timer("check", checkMs);
  const ping: Effect = {
    kind: "send",
    dest: core,
    body: { type: "ping" },
  };
  return {
    init: () => [{ heardSince: true }, [check]],
    step(state, { event }): Step<SiteState> {
      if (event.kind === "message") {
        const { message } = event;
        return message.body.type === "pong"
          ? [{ heardSince: true }, []]
          : [state, [answer(message, { type: "ok" })]];
      }
      const type = state.heardSince ? "announce" : "withdraw";
      const say: Effect = {
        kind: "send",
        dest: routes,
        body: { type },
      };
      return [{ heardSince: false }, [say, ping, check]];
    },
  };
}

/** Something behind the sites that says that it is there. */
export const core: Node<null> = {
  init: () => [null, []],
  step(_, { event }): Step<null> {
    if (event.kind === "timer") return [null, []];
    const { src: dest } = event.message;
    const body = { type: "pong" };
    return [null, [{ kind: "send", dest, body }]];
  },
};
// #endregion site

// #region routes
export type RoutesOptions = {
  readonly sites: readonly NodeId[];
  /** When all have withdrawn, the check is wrong: use them all. */
  readonly failsOpen: boolean;
};
export type RoutesState = {
  readonly withdrawn: readonly NodeId[];
  readonly open: { readonly [id: string]: Message };
  readonly lastId: number;
};

/** Passes each question to a site that still announces itself. */
export function routes(options: RoutesOptions): Node<RoutesState> {
  return {
    init: () => [{ withdrawn: [], open: {}, lastId: 0 }, []],
    step(state, { event }): Step<RoutesState> {
      if (event.kind === "timer") return [state, []];
      const { src, body } = event.message;
      const others = state.withdrawn.filter((id) => id !== src);
      if (body.type === "announce")
        return [{ ...state, withdrawn: others }, []];
      if (body.type === "withdraw")
        return [{ ...state, withdrawn: [...others, src] }, []];
      return body.in_reply_to === undefined
        ? passOn(options, state, event.message)
        : passBack(state, event.message);
    },
  };
}

function passOn(
  { sites, failsOpen }: RoutesOptions,
  state: RoutesState,
  question: Message,
): Step<RoutesState> {
  const well = sites.filter((id) => !state.withdrawn.includes(id));
  const used = well.length === 0 && failsOpen ? sites : well;
  const id = state.lastId + 1;
  const dest = used[id % used.length];
  if (dest === undefined) return [state, [answer(question, noRoute)]];
  const open = { ...state.open, [id]: question };
  const body = { ...question.body, msg_id: id };
  const next = { ...state, open, lastId: id };
  return [next, [{ kind: "send", dest, body }]];
}
// #endregion routes

function passBack(state: RoutesState, { body }: Message) {
  const id = String(body.in_reply_to);
  const { [id]: question, ...open } = state.open;
  if (question === undefined) return [state, []] as const;
  const back = answer(question, body);
  return [{ ...state, open }, [back]] as const;
}

const noRoute = { type: "error", code: 11, text: "no route" };
