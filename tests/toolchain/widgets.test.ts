/** Every widget of figures/: its runs, its pictures, its table, the state in an address, the code it says is running. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { listFiles } from "../../scripts/files.ts";
import { corePath, scriptPath } from "../../scripts/script-files.ts";
import { loadSources } from "../../scripts/sources.ts";
import type { AnyWidget, Controls, Step } from "../../scripts/widget/contract.ts";
import { widget } from "../../scripts/widget/contract.ts";
import {
  defaultParams,
  presetState,
  readState,
  type WidgetState,
  withDeed,
  writeState,
} from "../../scripts/widget/state.ts";
import { stillOf } from "../../scripts/widget/still.ts";
import { bundleWidgets, widgetNames } from "../../scripts/widgets.ts";

const root = join(import.meta.dirname, "../..");
const names = widgetNames(root);
const sources = loadSources(root);
const widgets = new Map<string, AnyWidget>();

beforeAll(async () => {
  for (const name of names) {
    const path = pathToFileURL(join(root, "figures", name, "widget.ts")).href;
    widgets.set(name, (await import(path)).default as AnyWidget);
  }
});

/** The states that a reader meets first: as it comes, and each preset. */
function firstStates(one: AnyWidget): readonly WidgetState[] {
  return [readState(one, ""), ...one.presets.map((preset) => presetState(one, preset))];
}

function firstRuns(one: AnyWidget): readonly (readonly Step<unknown>[])[] {
  return firstStates(one).map(({ params }) => one.simulate(params));
}

describe.each(names)("the widget %s", (name) => {
  const one = () => widgets.get(name) as AnyWidget;

  test("has the name of its folder, and a title", () => {
    expect(one().name).toBe(name);
    expect(one().title).toMatch(/\S/);
  });

  test("has two to four presets, each a state of its own", () => {
    const states = firstStates(one()).slice(1);
    expect(states.length).toBeGreaterThanOrEqual(2);
    expect(states.length).toBeLessThanOrEqual(4);
    expect(new Set(states.map((state) => writeState(one(), state))).size).toBe(states.length);
    for (const { params, step } of states)
      expect(one().simulate(params).length).toBeGreaterThan(step);
  });

  test("asks for a prediction whose answer is one of its choices", () => {
    const { prediction } = one();
    expect(prediction).not.toBeNull();
    expect(prediction?.choices.length).toBeGreaterThanOrEqual(2);
    expect(prediction?.choices.length).toBeLessThanOrEqual(4);
    expect(prediction?.choices[prediction.answer]).toMatch(/\S/);
    expect(prediction?.because).toMatch(/\S/);
  });

  test("gives the same steps for the same parameters", () => {
    for (const { params } of firstStates(one()))
      expect(one().simulate(params)).toEqual(one().simulate(params));
  });

  test("says a sentence at every step", () => {
    for (const steps of firstRuns(one()))
      for (const { say } of steps) expect(say).toMatch(/^\S.*[.!?]$/);
  });

  test("draws every step in one frame, with words and numbers that exist", () => {
    const frames = new Set<string>();
    for (const steps of firstRuns(one()))
      for (const { state } of steps) {
        const picture = one().view(state);
        frames.add(/viewBox="([^"]+)"/.exec(picture)?.[1] ?? "none");
        expect(picture).not.toMatch(/NaN|undefined|Infinity|\[object|#[0-9a-f]{6}/);
      }
    expect([...frames]).toHaveLength(1);
    expect(frames.has("none")).toBe(false);
  });

  test("tells every step in a table whose rows are as long as its head", () => {
    for (const steps of firstRuns(one()))
      for (const { state } of steps) {
        const { head, rows } = one().table(state);
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(row).toHaveLength(head.length);
        expect(JSON.stringify(rows)).not.toMatch(/null|NaN|undefined|\[object/);
      }
  });

  test("marks one line of a region at the steps that run one", () => {
    const marked = firstRuns(one())
      .flat()
      .flatMap(({ code }) => (code ? [code] : []));
    expect(marked.length).toBeGreaterThan(0);
    for (const { listing, line } of marked) {
      const place = one().code[listing];
      const found = sources.region(place?.file ?? "", place?.region ?? "");
      expect(found.kind, `${place?.file}, region ${place?.region}`).toBe("found");
      const text = found.kind === "found" ? found.region.text.split("\n") : [];
      expect(
        text.filter((each) => each.includes(line)),
        line,
      ).toHaveLength(1);
    }
  });

  test("shows something for any address, and the same again from what it writes", () => {
    const keys = [...Object.keys(one().controls), "step", "no-such"];
    const entry = fc.tuple(
      fc.constantFrom(...keys),
      fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constantFrom("1", "3.crash.n1")),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const query = new URLSearchParams(entries.map(([key, value]) => [key, String(value)]));
        const state = readState(one(), query.toString());
        const again = readState(one(), writeState(one(), state));
        expect(again).toEqual(state);
        expect(one().simulate(state.params).length).toBeGreaterThan(0);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  test("has handles that lead to the value whose place they show", () => {
    for (const handle of one().handles ?? []) {
      const control = one().controls[handle.control];
      expect(control?.kind).toBe("number");
      for (const value of [control.min, control.value, control.max]) {
        const params = { ...defaultParams(one()), [handle.control]: value };
        const state = one().simulate(params)[0]?.state;
        const [x, y] = handle.at(state);
        expect(handle.valueAt(x, y, state)).toBeCloseTo(value, 0);
      }
    }
  });
});

test("every widget has 15 kB compressed at most, over a core of 40", async () => {
  const scripts = await bundleWidgets(root, root, join(root, ".cache/widgets"));
  const sizes = (paths: readonly string[], max: number) =>
    paths
      .map((path) => ({ path, bytes: gzipSync(scripts.get(path) ?? "").length }))
      .filter(({ bytes }) => bytes > max);
  expect(scripts.size).toBe(names.length + 1);
  expect(sizes(names.map(scriptPath), 15_000)).toEqual([]);
  expect(sizes([corePath], 40_000)).toEqual([]);
});

test("all files of a widget's folder are of one of three names", () => {
  const files = listFiles(join(root, "figures")).filter((path) => path.includes("/"));
  const others = files.filter((path) => !/\/(simulate|view|widget)\.ts$/.test(path));
  expect(others).toEqual([]);
});

describe("the state in an address", () => {
  const controls = {
    loss: { kind: "number", label: "Loss", min: 0, max: 1, step: 0.1, value: 0.2 },
    mode: {
      kind: "choice",
      label: "Mode",
      choices: { sync: "sync", async: "async" },
      value: "sync",
    },
    fenced: { kind: "switch", label: "Fence", value: false },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: { crash: { label: "Crash", targets: ["n1", "n2"] }, heal: { label: "Heal" } },
    },
  } as const satisfies Controls;
  const one = widget({
    name: "stub",
    title: "Stub",
    controls,
    presets: [],
    prediction: null,
    code: {},
    simulate: () => [{ say: "Nothing.", state: 0, code: null }],
    view: () => '<svg viewBox="0 0 1 1"></svg>',
    table: () => ({ head: ["a"], rows: [["b"]] }),
  });
  const params = (query: string) => readState(one, query).params;

  test("leaves out what is the default", () => {
    expect(writeState(one, readState(one, "loss=0.2&mode=sync"))).toBe("");
    expect(writeState(one, readState(one, "loss=0.5&fenced=1&step=3"))).toBe(
      "loss=0.5&fenced=1&step=3",
    );
  });

  test("clamps numbers to their limits and their grid", () => {
    expect(params("loss=7").loss).toBe(1);
    expect(params("loss=-7").loss).toBe(0);
    expect(params("loss=0.34").loss).toBe(0.3);
    expect(params("loss=NaN").loss).toBe(0.2);
    expect(params("loss=").loss).toBe(0.2);
  });

  test("keeps only deeds that exist, done to whom they can be done to, in their order", () => {
    expect(params("deeds=9.heal._4.crash.n1_4.crash.n9_x.heal._5.__proto__.").deeds).toEqual([
      { step: 4, deed: "crash", target: "n1" },
      { step: 9, deed: "heal", target: "" },
    ]);
  });

  test("forgets what was done later than the present when something is done now", () => {
    const before = params("deeds=4.crash.n1_9.heal.");
    const now = { step: 6, deed: "crash", target: "n2" };
    expect(withDeed(before, "deeds", now).deeds).toEqual([
      { step: 4, deed: "crash", target: "n1" },
      now,
    ]);
  });

  test("an author's control that does not exist is an error, a reader's is ignored", () => {
    expect(() => stillOf(one, "lost=1")).toThrow('no control "lost"');
    expect(() => stillOf(one, "step=3")).toThrow("step 3 of 1");
    expect(writeState(one, readState(one, "lost=1"))).toBe("");
  });
});
