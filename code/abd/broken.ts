/** Registers that leave one rule out, for the tests and the chapter. */
import type { Node } from "../kernel/node.ts";
import { abd } from "./abd.ts";
import { onUpdate } from "./replica.ts";
import { cellOf, type Options, type State } from "./state.ts";
import { tagAfter } from "./tag.ts";

// #region no-write-back
/** Majorities that overlap, and a read that keeps what it found. */
export function noWriteBack(options: Options): Node<State> {
  return abd({ ...options, writeBack: "never" });
}
// #endregion no-write-back

// #region forgetful
/** Tags and values in memory only: a majority that is one no more. */
export function forgetful(options: Options): Node<State> {
  const node = abd(options);
  return {
    ...node,
    init: (setup) => {
      const { starts = 0 } = setup.disk;
      return node.init({ ...setup, disk: { starts } });
    },
  };
}
// #endregion forgetful

// #region no-query
/** A write that does not ask: it trusts the tag it has itself. */
export function noQuery(options: Options): Node<State> {
  const node = abd(options);
  return {
    ...node,
    step: (state, input) => {
      const [next, effects] = node.step(state, input);
      const work = next.works.at(-1);
      const isNew = next.begun > state.begun && work?.op === "write";
      if (!isNew) return [next, effects];
      const { key, value, name } = work;
      const tag = tagAfter(cellOf(state, key).tag, state.id);
      const held = { tag, value };
      const update = { type: "update", work: name, key, held };
      const [stored] = onUpdate(next, state.id, update);
      const answers = { [state.id]: held };
      const updating = {
        ...work,
        phase: "update",
        chosen: held,
      } as const;
      const works = [
        ...next.works.slice(0, -1),
        { ...updating, answers },
      ];
      const told = effects.map((effect) =>
        effect.kind === "send" ? { ...effect, body: update } : effect,
      );
      return [{ ...stored, works }, told];
    },
  };
}
// #endregion no-query
