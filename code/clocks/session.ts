/**
 * A client of a register: it writes one value after another, each only
 * when the one before was acknowledged, and may carry the stamp of its
 * last write from replica to replica.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
} from "../kernel/node.ts";

export type Write = { readonly at: NodeId; readonly value: string };
export type Options = {
  readonly writes: readonly Write[];
  /** When the first write is sent. */
  readonly startMs: number;
  /** Pause between an acknowledgment and the next write. */
  readonly thinkMs: number;
  /** Send along the stamp of the write that was acknowledged last. */
  readonly carriesContext: boolean;
};
export type State = {
  readonly acknowledged: readonly (Write & { readonly stamp: Json })[];
};

// #region session
export function session(options: Options): Node<State> {
  const { writes, startMs, thinkMs, carriesContext } = options;
  return {
    init: () => [{ acknowledged: [] }, [wait(startMs)]],
    step: (state, { event }) => {
      const { acknowledged } = state;
      const write = writes[acknowledged.length];
      if (write === undefined) return [state, []];
      if (event.kind === "timer") {
        const last = acknowledged.at(-1)?.stamp ?? null;
        const context = carriesContext ? last : null;
        const put = { type: "put", value: write.value, context };
        return [state, [{ kind: "send", dest: write.at, body: put }]];
      }
      const { stamp } = event.message.body as PutOk;
      const next = [...acknowledged, { ...write, stamp }];
      return [{ acknowledged: next }, [wait(thinkMs)]];
    },
  };
}
// #endregion session

type PutOk = Body & { readonly type: "put_ok"; readonly stamp: Json };

const wait = (afterMs: number): Effect => ({
  kind: "set-timer",
  name: "write",
  afterMs,
});
