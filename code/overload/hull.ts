/**
 * A ship's hull: a service cut into compartments, each with threads and
 * a queue of its own. Every compartment is a whole service; the hull
 * only sees to it that calls and answers reach the right one.
 */
import type { Effect, Node, Step } from "../kernel/node.ts";
import {
  type ServiceOptions,
  type ServiceState,
  service,
} from "../timeouts/service.ts";

// #region hull
/** The routes that share no thread, and what each may use. */
export type Compartments = { readonly [route: string]: ServiceOptions };
export type HullState = { readonly [route: string]: ServiceState };

/** Messages carry their route; timers are given its name as well. */
export function hull(compartments: Compartments): Node<HullState> {
  const services = Object.entries(compartments).map(
    ([route, options]) => [route, service(options)] as const,
  );
  return {
    init(setup) {
      const first = services.map(([route, node]) => {
        return [route, node.init(setup)[0]] as const;
      });
      return [Object.fromEntries(first), []];
    },
    step(state, input) {
      const { event } = input;
      const [route, name] =
        event.kind === "timer"
          ? event.name.split("|")
          : [String(event.message.body.route)];
      const found = services.find(([own]) => own === route);
      const before = state[route ?? ""];
      if (found === undefined || before === undefined)
        return [state, []];
      const own =
        event.kind === "timer"
          ? { ...input, event: { ...event, name: name ?? "" } }
          : input;
      const [after, effects] = found[1].step(before, own);
      return named({ ...state, [found[0]]: after }, found[0], effects);
    },
  };
}

function named(
  state: HullState,
  route: string,
  effects: readonly Effect[],
): Step<HullState> {
  const own = effects.map((effect) =>
    effect.kind === "set-timer"
      ? { ...effect, name: `${route}|${effect.name}` }
      : effect,
  );
  return [state, own];
}
// #endregion hull
