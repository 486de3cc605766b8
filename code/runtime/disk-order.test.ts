/** The calls of a write, in their order: fsync leaves no other trace. */
import type * as Fs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  test,
  vi,
} from "vitest";
import { fileName, folderDisk } from "./disk.ts";

const { calls, names } = vi.hoisted(() => ({
  calls: [] as string[],
  names: new Map<number, string>(),
}));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof Fs>();
  const note = (what: string, file: unknown) =>
    calls.push(`${what} ${names.get(Number(file))}`);
  return {
    ...fs,
    openSync(path: string, flags: string) {
      const file = fs.openSync(path, flags);
      names.set(file, basename(path));
      calls.push(`open ${basename(path)} ${flags}`);
      return file;
    },
    writeFileSync(file: number, text: string) {
      note("write", file);
      fs.writeFileSync(file, text);
    },
    fsyncSync(file: number) {
      note("fsync", file);
      fs.fsyncSync(file);
    },
    closeSync(file: number) {
      note("close", file);
      fs.closeSync(file);
    },
    renameSync(from: string, to: string) {
      calls.push(`rename ${basename(from)} ${basename(to)}`);
      fs.renameSync(from, to);
    },
  };
});

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "order-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a write reaches the disk", () => {
  test("first the folder, by its name in the folders above", () => {
    folderDisk(join(folder, "a", "b"));
    const synced = (name: string) => [
      `open ${name} r`,
      `fsync ${name}`,
      `close ${name}`,
    ];
    expect(calls).toEqual([
      ...synced(basename(folder)),
      ...synced("a"),
    ]);
  });

  test("then bytes, then the name, then the folder that holds it", () => {
    const disk = folderDisk(join(folder, "a"));
    calls.length = 0;
    disk.write("term", 7);
    const name = fileName("term");
    expect(calls).toEqual([
      `open ${name}.tmp w`,
      `write ${name}.tmp`,
      `fsync ${name}.tmp`,
      `close ${name}.tmp`,
      `rename ${name}.tmp ${name}`,
      "open a r",
      "fsync a",
      "close a",
    ]);
  });
});
