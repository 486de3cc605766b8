/** What the page of a program and its worker say to each other. Modules are paths of the repository → script text, types gone. */

export type Job = {
  readonly modules: { readonly [path: string]: string };
  readonly task:
    | { readonly kind: "sample"; readonly path: string; readonly seed: number }
    | { readonly kind: "tests"; readonly paths: readonly string[]; readonly seeds: number };
};

export type TestResult = {
  readonly path: string;
  readonly title: string;
  /** What fell, in words; null where the test passed. */
  readonly failure: string | null;
  /** The counter-example, or the end of the last run, as SVG. */
  readonly picture: string | null;
};

export type Report =
  /** A line that the program wrote to the console on its way. */
  | { readonly kind: "printed"; readonly line: string }
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "test"; readonly result: TestResult }
  | { readonly kind: "failed"; readonly message: string; readonly picture: string | null }
  | { readonly kind: "done" };
