/** A program as one file: joined, told apart, cut to what it needs; and still the same program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneFile } from "../../scripts/one-file.ts";
import { listPrograms } from "../../scripts/programs.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "one-file-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What node prints for this text; an error of node is ours. */
function run(text: string, input = ""): string {
  const path = join(folder, "program.ts");
  writeFileSync(path, text);
  const { stdout, stderr, status } = spawnSync(process.execPath, [path], {
    encoding: "utf8",
    input,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function joined(files: Readonly<Record<string, string>>): string {
  return oneFile("main.ts", (path) => files[path] ?? "", "");
}

describe("a joined program", () => {
  test("takes what it needs and leaves what it does not", () => {
    const text = joined({
      "main.ts": 'import { used } from "./lib.ts";\nconsole.log(used);\n',
      "lib.ts":
        "/** What it is for. */\n\n// Why one.\nexport const used = 1; // one\n\n/** Gone. */\nexport const other = 2;\n",
    });
    expect(text).toContain("/** What it is for. */\n\n// Why one.\nconst used = 1; // one");
    expect(text).not.toMatch(/Gone|other|import|export/);
    expect(run(text)).toBe("1\n");
  });

  test("tells apart what two modules call by one name", () => {
    const text = joined({
      "main.ts":
        'import { a } from "./a.ts";\nimport { b } from "./b.ts";\nconst secret = 0;\nconsole.log(a(), b().secret, secret);\n',
      "a.ts":
        "type Box = { n: number };\nconst secret: Box = { n: 1 };\nexport const a = () => secret.n;\n",
      "b.ts":
        "type Box = { secret: number };\nconst secret = 2;\nexport const b = (): Box => ({ secret });\n",
    });
    expect(run(text)).toBe("1 2 0\n");
    expect(text).toContain("{ secret: secretOfB }");
  });

  test("lets a name inside a function be what it is there", () => {
    const text = joined({
      "main.ts":
        'import { count as total } from "./a.ts";\nfunction f(count: number) {\n  return count + total;\n}\nconsole.log(f(1));\n',
      "a.ts": "export const count = 10;\n",
    });
    expect(run(text)).toBe("11\n");
  });

  test("follows re-exports and the members of a namespace", () => {
    const text = joined({
      "main.ts":
        'import { two } from "./door.ts";\nimport * as lib from "./lib.ts";\nconst n: lib.Count = lib.one + two;\nconsole.log(n);\n',
      "door.ts": 'export { one as two } from "./lib.ts";\n',
      "lib.ts": "export type Count = number;\nexport const one = 1;\n",
    });
    expect(run(text)).toBe("2\n");
  });

  test("imports what node has once, types as types", () => {
    const text = joined({
      "main.ts":
        'import { join } from "node:path";\nimport type { Socket } from "node:net";\nimport { base } from "./a.ts";\nconst none: Socket | null = null;\nconsole.log(base(join("x", "y")), none);\n',
      "a.ts":
        'import { basename, join } from "node:path";\nexport const base = (path: string) => basename(join(path));\n',
    });
    expect(text.match(/from "node:path"/g)).toHaveLength(1);
    expect(text).toContain('import { type Socket } from "node:net"');
    expect(run(text)).toBe("y null\n");
  });

  test("does at its end what the module did when it was run", () => {
    const text = joined({
      "main.ts": 'import { b } from "./b.ts";\nif (import.meta.main) console.log(b);\n',
      "b.ts": 'export const b = 1;\nif (import.meta.main) console.log("not me");\n',
    });
    expect(text).not.toContain("import.meta");
    expect(run(text)).toBe("1\n");
  });

  test.each([
    ["a default export", "export default 1;\n"],
    ["a star", 'export * from "./x.ts";\n'],
  ])("refuses %s, with the file's name", (_, lib) => {
    const files = { "main.ts": 'import "./lib.ts";\n', "lib.ts": lib };
    expect(() => joined(files)).toThrow("lib.ts: a program in one file can have no");
  });

  test("refuses a name that nobody exports", () => {
    const files = { "main.ts": 'import { a } from "./a.ts";\na();\n', "a.ts": "" };
    expect(() => joined(files)).toThrow("a.ts exports no a");
  });
});

describe("each program in one file", () => {
  const programs = listPrograms(root).map(({ name, path }) => [name, path] as const);
  const isNode = (path: string) => path.endsWith("/main.ts");
  const oneFileOf = (path: string) =>
    oneFile(path, (used) => readFileSync(join(root, used), "utf8"), "");

  test.each(programs.filter(([, path]) => !isNode(path)))(
    "%s prints what is recorded",
    (_, path) => {
      const recorded = readFileSync(join(root, path.replace(/\.ts$/, ".out.txt")), "utf8");
      expect(run(oneFileOf(path))).toBe(recorded);
    },
  );

  test.each(programs.filter(([, path]) => isNode(path)))("%s answers init", (_, path) => {
    const init = { type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1"] };
    const input = JSON.stringify({ src: "c1", dest: "n1", body: init });
    expect(run(oneFileOf(path), `${input}\n`)).toContain('"type":"init_ok"');
  });
});
