/**
 * Catches nodes that are not pure: that change the state they were given,
 * remember something outside of it, look at the clock of the machine, or
 * keep in the state what JSON cannot say.
 */
import type { Effect, Input, Node, Setup, Step } from "./node.ts";

// #region checked-step
/** As `node.step`, and throws where the step was not a pure function. */
export function checkedStep<S>(
  node: Node<S>,
  state: S,
  input: Input,
): Step<S> {
  const stateBefore = JSON.stringify(state);
  const inputBefore = JSON.stringify(input);
  const step = node.step(state, input);
  const cause = ` on ${inputBefore}`;
  if (JSON.stringify(state) !== stateBefore) {
    throw new Error(`step changed the state it was given${cause}`);
  }
  if (JSON.stringify(input) !== inputBefore) {
    throw new Error(`step changed its input${cause}`);
  }
  const again = alone(() => node.step(state, input));
  const answer = JSON.stringify(step);
  if (JSON.stringify(again) !== answer) {
    throw new Error(`step gave two answers to one question${cause}`);
  }
  askAgain(node, cause);
  asked.set(node, { ask: () => node.step(state, input), answer });
  return checkedJson(step, cause);
}
// #endregion checked-step

/** What each node was asked last, and what it answered. */
const asked = new WeakMap<
  object,
  { readonly ask: () => unknown; readonly answer: string }
>();

/**
 * A question of before has the answer of before. To ask twice at once is
 * not enough: a set outside of the state takes a name only once.
 */
function askAgain(node: object, cause: string): void {
  const last = asked.get(node);
  if (!last || JSON.stringify(last.ask()) === last.answer) return;
  throw new Error(`step answers an old question anew after${cause}`);
}

// #region alone
/** What tells of the world, or gets at it, past the input. */
const world: readonly (readonly [object, string])[] = [
  [globalThis, "Date"],
  [performance, "now"],
  [Math, "random"],
  [globalThis, "setTimeout"],
  [globalThis, "setInterval"],
  [globalThis, "queueMicrotask"],
];

/** Call while nothing of the world can be reached. */
function alone<T>(call: () => T): T {
  const kept = world.map(([owner, name]) => Reflect.get(owner, name));
  for (const [at, [owner, name]] of world.entries()) {
    Reflect.set(owner, name, traps[at]);
  }
  try {
    return call();
  } finally {
    for (const [at, [owner, name]] of world.entries()) {
      Reflect.set(owner, name, kept[at]);
    }
  }
}

/** Throws however it is used. */
const traps = world.map(([, name]) => {
  const refuse = () => {
    throw new Error(`step used ${name}, which is no part of its input`);
  };
  const handler = { get: refuse, apply: refuse, construct: refuse };
  return new Proxy(class {}, handler);
});
// #endregion alone

/** As `node.init`, and throws where it was not a pure function. */
export function checkedInit<S>(node: Node<S>, setup: Setup): Step<S> {
  const cause = ` at the start of ${setup.id}`;
  const setupBefore = JSON.stringify(setup);
  const step = node.init(setup);
  if (JSON.stringify(setup) !== setupBefore) {
    throw new Error(`init changed its setup${cause}`);
  }
  if (JSON.stringify(node.init(setup)) !== JSON.stringify(step)) {
    throw new Error(`init gave two answers to one question${cause}`);
  }
  return checkedJson(step, cause);
}

function checkedJson<S>(step: Step<S>, cause: string): Step<S> {
  const [state, effects] = step;
  const wrong =
    notJson(state, "state") ??
    effects
      .map((effect: Effect) => notJson(effect, "effect"))
      .find(Boolean);
  if (wrong) throw new Error(`${wrong}${cause}`);
  return step;
}

/** Says where a value is not plain JSON; undefined where it is. */
function notJson(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === "string") return undefined;
  if (typeof value === "boolean") return undefined;
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  }
  if (typeof value !== "object")
    return `${path} is of type ${typeof value}`;
  if (Array.isArray(value)) return firstWrong(value.entries(), path);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return `${path} is of class ${prototype.constructor.name}`;
  }
  // A field that is undefined is the same as one that is absent.
  const fields = Object.entries(value).filter(
    ([, v]) => v !== undefined,
  );
  return firstWrong(fields, path);
}

function firstWrong(
  parts: Iterable<[string | number, unknown]>,
  path: string,
): string | undefined {
  for (const [name, value] of parts) {
    const wrong = notJson(value, `${path}.${name}`);
    if (wrong) return wrong;
  }
  return undefined;
}
