/**
 * What is served: the whole book as it was made last, and over it what was made of single files since. What is over it goes
 * when a whole book comes that was begun later; the same holds of mistakes. Pure.
 */
import type { Mistake } from "../report.ts";
import type { Told } from "./frame.ts";

export type Data = string | Uint8Array;
/** With the number of the edit after which it was made. */
type Since<T> = Map<string, { readonly value: T; readonly edit: number }>;

export type Served = {
  readonly whole: Map<string, Data>;
  readonly since: Since<Data>;
  mistakes: readonly Mistake[];
  /** By path of the file that was looked at. */
  readonly mistakesSince: Since<readonly Mistake[]>;
};

export function nothingServed(): Served {
  return { whole: new Map(), since: new Map(), mistakes: [], mistakesSince: new Map() };
}

export function fileOf({ whole, since }: Served, path: string): Data | undefined {
  return since.get(path)?.value ?? whole.get(path);
}

/** Returns the paths at which something else is served now. */
export function serve(
  served: Served,
  edit: number,
  files: readonly (readonly [string, Data])[],
): Set<string> {
  const changed = files.filter(([path, data]) => fileOf(served, path) !== data);
  for (const [path, value] of changed) served.since.set(path, { value, edit });
  return new Set(changed.map(([path]) => path));
}

/** The same for a whole book. */
export function serveWhole(
  served: Served,
  { edit, files, mistakes }: Extract<Told, { kind: "made" }>,
): Set<string> {
  const paths = [...new Set([...served.since.keys(), ...files.map(([path]) => path)])];
  const before = paths.map((path) => fileOf(served, path));
  dropOld(served.since, edit);
  dropOld(served.mistakesSince, edit);
  served.mistakes = mistakes;
  for (const [path, data] of files)
    if (data === null) served.whole.delete(path);
    else served.whole.set(path, data);
  return new Set(paths.filter((path, at) => fileOf(served, path) !== before[at]));
}

function dropOld<T>(since: Since<T>, edit: number): void {
  for (const [path, made] of since) if (made.edit <= edit) since.delete(path);
}

export function noteMistakes(
  served: Served,
  edit: number,
  path: string,
  value: readonly Mistake[],
): void {
  served.mistakesSince.set(path, { value, edit });
}

export function mistakesShown({ mistakes, mistakesSince }: Served): Mistake[] {
  const elsewhere = mistakes.filter(({ place }) => !mistakesSince.has(place.split(":")[0] ?? ""));
  return [...elsewhere, ...[...mistakesSince.values()].flatMap(({ value }) => value)];
}
