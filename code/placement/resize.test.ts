import { describe, expect, test } from "vitest";
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { resizeUnder } from "./resize.scenario.ts";
import { cache, origin, type Second } from "./resize.ts";
import { schemes } from "./schemes.ts";

const scheme = (name: string) => {
  const found = schemes.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const refusedIn = (seconds: readonly Second[]) =>
  seconds.reduce((sum, { refused }) => sum + refused, 0);

describe("an eleventh cache", () => {
  test("sinks the origin under modulo, and is hardly felt on a ring", () => {
    const modulo = resizeUnder(scheme("modulo"), 7, 12);
    const ring = resizeUnder(scheme("ring, 100 points"), 7, 12);
    expect(refusedIn(modulo)).toBeGreaterThan(1000);
    expect(refusedIn(ring)).toBe(0);
    expect(modulo[4]).toEqual({ hit: 1000, miss: 0, refused: 0 });
    expect(ring[6]?.miss).toBeLessThan(100);
  });
});

/** Writes down what comes, and when. */
const recorder: Node<readonly string[]> = {
  init: () => [[], []],
  step(lines, { event, nowMs }) {
    if (event.kind !== "message") return [lines, []];
    const { type, key } = event.message.body;
    return [[...lines, `${nowMs} ${type} ${key}`], []];
  },
};

/** These keys asked of one cache at once; messages take a millisecond. */
function ask(keys: readonly string[], queueMax: number) {
  const sim = simulate({
    seed: 1,
    nodes: {
      origin: origin({ serviceMs: 10, queueMax }),
      cache: cache(["warm"]),
      probe: recorder,
    },
    clients: ["probe"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    checkPurity: true,
  });
  for (const key of keys)
    sim.inject({
      src: "probe",
      dest: "cache",
      body: { type: "get", key },
    });
  sim.runUntil(1000);
  return sim;
}

describe("the parts", () => {
  test("a cache answers what it holds without the origin", () => {
    expect(ask(["warm"], 0).state("probe")).toEqual(["2 hit warm"]);
  });

  test("an origin serves in turn and refuses beyond its queue", () => {
    expect(ask(["a", "b", "c", "d"], 2).state("probe")).toEqual([
      "4 refused c",
      "4 refused d",
      "14 miss a",
      "24 miss b",
    ]);
  });

  test("an origin that has rested takes its time anew", () => {
    const sim = ask(["a"], 5);
    const body = { type: "get", key: "b" };
    sim.inject({ src: "probe", dest: "cache", body });
    sim.runUntil(2000);
    expect(sim.state("probe")).toEqual(["14 miss a", "1014 miss b"]);
  });

  test("a cache asks once for a key that several want", () => {
    const sim = ask(["a", "a", "b"], 5);
    const asked = sim.trace.filter(
      (event) =>
        event.kind === "deliver" && event.message.dest === "origin",
    );
    expect(asked).toHaveLength(2);
    expect(sim.state("probe")).toEqual([
      "14 miss a",
      "14 miss a",
      "24 miss b",
    ]);
  });

  test("a cache holds what was found, and not what was refused", () => {
    const sim = ask(["a", "b"], 1);
    expect(sim.state("cache")).toEqual({
      held: { warm: true, a: true },
      waiting: {},
    });
  });
});
