/** What is on a disk after a crash at any point of a write. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  fileName,
  folderDisk,
  memoryDisk,
  readFolder,
  type WritePoint,
  writePoints,
} from "./disk.ts";

let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "disk-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ["in a folder", () => folderDisk(join(folder, "a", "b"))],
  ["in memory", memoryDisk],
] as const)("a disk %s", (_, make) => {
  test("is empty at first", () => {
    expect(make().read()).toEqual({});
  });

  test("holds the last value of each key", () => {
    const disk = make();
    disk.write("a", 1);
    disk.write("b", [null, { "": "\n" }]);
    disk.write("a", { of: "another shape" });
    expect(disk.read()).toEqual({
      a: { of: "another shape" },
      b: [null, { "": "\n" }],
    });
  });

  test("holds what was written, not what became of it", () => {
    const disk = make();
    const list = [1];
    disk.write("list", list);
    list.push(2);
    expect(disk.read()).toEqual({ list: [1] });
  });

  test("takes every text for a key", () => {
    const odd = ["", ".", "..", "a/b", "A", "a", "ä", "a\0b", "\ud800"];
    const keys = [...odd, "\ud801", "x".repeat(5000), "__proto__"];
    const disk = make();
    for (const [i, key] of keys.entries()) disk.write(key, i);
    const expected = keys.map((key, i) => [key, i] as const);
    expect(disk.read()).toEqual(Object.fromEntries(expected));
  });
});

describe("a disk in a folder", () => {
  test("is there for the next process", () => {
    folderDisk(folder).write("term", 7);
    expect(folderDisk(folder).read()).toEqual({ term: 7 });
  });

  test("names files so that a person finds the key", () => {
    expect(fileName("Log 1/2")).toMatch(
      /^log-1-2\.[0-9a-f]{32}\.json$/,
    );
  });

  test("names a file for each key, even if cases do not matter", () => {
    const letters = ["A", "a", "ä", "\ud800", "\ud801", "-", "/", " "];
    const unit = fc.constantFrom(...letters);
    const key = fc.string({ unit, maxLength: 4 });
    const property = fc.property(key, key, (one, other) => {
      const [a, b] = [fileName(one), fileName(other)];
      expect(a).toMatch(/^[a-z0-9-]{0,40}\.[0-9a-f]{32}\.json$/);
      expect(a === b).toBe(one === other);
    });
    fc.assert(property, { seed: 1, numRuns: 500 });
  });

  test("does not mind what a crash has left half-written", () => {
    folderDisk(folder).write("term", 7);
    const aside = join(folder, `${fileName("term")}.tmp`);
    writeFileSync(aside, '{"key":"term","val');
    const again = folderDisk(folder);
    expect(readdirSync(folder)).toEqual([fileName("term")]);
    expect(again.read()).toEqual({ term: 7 });
    again.write("term", 8);
    expect(again.read()).toEqual({ term: 8 });
    expect(readdirSync(folder)).toEqual([fileName("term")]);
  });

  test("refuses to start on a file that is damaged", () => {
    folderDisk(folder).write("term", 7);
    truncateSync(join(folder, fileName("term")), 9);
    expect(() => folderDisk(folder).read()).toThrow("is damaged");
  });
});

describe("a crash in the middle of a write", () => {
  const isNew = { opened: false, written: false, synced: false };
  const after: Record<WritePoint, boolean> = {
    ...isNew,
    renamed: true,
  };

  test.each(writePoints)(
    "after '%s' leaves the old or the new",
    (at) => {
      folderDisk(folder).write("k", "old");
      const dying = folderDisk(folder, (point) => {
        if (point === at) throw new Error("crash");
      });
      expect(() => dying.write("k", "new")).toThrow("crash");
      const left = after[at] ? "new" : "old";
      expect(folderDisk(folder).read()).toEqual({ k: left });
    },
  );

  test.each(writePoints)("by kill -9 at '%s' too", async (at) => {
    folderDisk(folder).write("k", "old");
    const child = writer(
      folder,
      `(point) => {
      if (point !== "${at}") return;
      writeSync(1, point);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }`,
    );
    const { stdout } = child;
    const [said] = stdout ? await once(stdout, "data") : [];
    expect(String(said)).toBe(at);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = after[at] ? "new" : "old";
    expect(readFolder(folder)).toEqual({ k: left });
    expect(folderDisk(folder).read()).toEqual({ k: left });
  });

  test("anywhere in a thousand takes none that was confirmed", async () => {
    const count = `for (let i = 1; i < 100000; i++) {
      disk.write("k", i);
      writeSync(1, i + " ");
    }`;
    const rest =
      "() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)";
    const killedAfter = async (confirmed: number) => {
      const own = join(folder, String(confirmed));
      const child = writer(own, rest, count);
      const said: string[] = [];
      child.stdout?.on("data", (piece) => {
        said.push(String(piece));
        const numbers = said.join("").split(" ").length - 1;
        if (numbers >= confirmed) child.kill("SIGKILL");
      });
      await once(child, "close");
      const last = Number(said.join("").split(" ").at(-2));
      expect(last).toBeGreaterThanOrEqual(confirmed);
      expect([last, last + 1]).toContain(readFolder(own).k);
    };
    await Promise.all([1, 2, 3, 5, 8, 13].map(killedAfter));
  });
});

/** A process that writes to a disk in this folder as it is told. */
function writer(
  folder: string,
  at: string,
  then = 'disk.write("k", "new");',
): ChildProcess {
  const path = join(import.meta.dirname, "disk.ts");
  const program = `
    import { writeSync } from "node:fs";
    import { folderDisk } from ${JSON.stringify(path)};
    const disk = folderDisk(${JSON.stringify(folder)}, ${at});
    ${then}`;
  const words = ["--input-type=module", "--eval", program];
  const child = spawn(process.execPath, words, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}
