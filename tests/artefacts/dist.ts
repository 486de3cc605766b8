/** Where the finished files are, for the tests that open them. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const rootPath = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A path below dist/; the environment's DIST names another build. */
export function distPath(...parts: readonly string[]): string {
  return join(process.env.DIST ?? join(rootPath, "dist"), ...parts);
}

/**
 * The same, and an error where it is not there. Builds everything first, unless dist/ is newer than whatever it is
 * made of or DIST names another build. Test files run one after the other, so only the first pays.
 */
export function requireDist(...parts: readonly string[]): string {
  if (process.env.DIST === undefined && !isFresh()) build();
  const path = distPath(...parts);
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build first`);
  return path;
}

function isFresh(): boolean {
  const record = distPath("build.json");
  return existsSync(record) && statSync(record).mtimeMs >= newestSourceMs();
}

function build(): void {
  const done = spawnSync(process.execPath, [join(rootPath, "scripts", "build.ts")], {
    cwd: rootPath,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`npm run build failed:\n${done.stdout}\n${done.stderr}`);
}

const madeOf = ["chapters", "code", "editions", "figures", "scripts", "slides", "theme"];

function newestSourceMs(): number {
  const files = madeOf
    .map((folder) => join(rootPath, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  const all = [join(rootPath, "package-lock.json"), ...files];
  return Math.max(...all.map((path) => statSync(path).mtimeMs));
}
