/**
 * The part of Vitest's API that the tests of programs use, for a worker: the same assertions (`@vitest/expect`), and a `test` and
 * `describe` that collect. Vitest itself needs Node.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";

export type Collected = { readonly title: string; readonly run: () => unknown };
type Body = (...args: readonly unknown[]) => unknown;

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const expect = createExpect();

/** As Vitest makes its own, without what needs its runner (snapshots, polling, counted assertions). */
function createExpect(): object {
  const global = globalThis as unknown as Record<symbol, object>;
  const { expect: chaiExpect } = chai as unknown as {
    expect: ((value: unknown, message?: string) => object) & {
      extend(expect: object, matchers: object): void;
    };
  };
  const made: object = Object.assign(
    (value: unknown, message?: string) => chaiExpect(value, message),
    chaiExpect,
    global[ASYMMETRIC_MATCHERS_OBJECT as symbol],
  );
  setState({ assertionCalls: 0 }, made as never);
  global[GLOBAL_EXPECT as symbol] = made;
  chaiExpect.extend(made, customMatchers);
  return made;
}

/** What a file of tests gets as "vitest", and what it has collected so far. */
export function testApi(): { readonly api: object; readonly collected: readonly Collected[] } {
  const collected: Collected[] = [];
  const titles: string[] = [];
  const before: Body[] = [];
  const after: Body[] = [];

  const add = (title: string, body: Body, args: readonly unknown[] = []): void => {
    const inside = [...titles, title].join(" > ");
    const [starts, ends] = [[...before], [...after]];
    const run = async (): Promise<void> => {
      for (const start of starts) await start();
      try {
        await body(...args);
      } finally {
        for (const end of ends) await end();
      }
    };
    collected.push({ title: inside, run });
  };
  const group = (title: string, body: Body, args: readonly unknown[] = []): void => {
    titles.push(title);
    const counts = [before.length, after.length] as const;
    body(...args);
    titles.pop();
    before.length = counts[0];
    after.length = counts[1];
  };
  const each = (take: typeof add) => (cases: readonly unknown[]) => (title: string, body: Body) => {
    for (const [at, one] of cases.entries()) {
      const args = Array.isArray(one) ? one : [one];
      take(filled(title, args, at), body, args);
    }
  };
  const withEach = (take: typeof add) =>
    Object.assign((title: string, body: Body) => take(title, body), { each: each(take) });
  const test = withEach(add);
  const describe = Object.assign(withEach(group), { concurrent: withEach(group) });
  const hook = (list: Body[]) => (body: Body) => list.push(body);
  const api = {
    test,
    it: test,
    describe,
    expect,
    beforeEach: hook(before),
    beforeAll: hook(before),
    afterEach: hook(after),
    afterAll: hook(after),
  };
  return { api, collected };
}

/** `%i`, `%s`, `%j`, `%#` and `$name` in the title of a test of many cases, as Vitest writes them. */
function filled(title: string, args: readonly unknown[], index: number): string {
  let next = 0;
  const written = title.replace(/%([sdifjo#%])/g, (whole, form: string) => {
    if (form === "%") return "%";
    if (form === "#") return String(index);
    if (next >= args.length) return whole;
    const value = args[next++];
    return form === "j" || form === "o" ? JSON.stringify(value) : String(value);
  });
  const [first] = args;
  return written.replace(/\$([\w.]+)/g, (whole, path: string) => {
    const value = path
      .split(".")
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], first);
    return value === undefined ? whole : String(value);
  });
}
