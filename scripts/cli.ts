/** What all commands share: their arguments, their help, their way to end. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { byCodePoint, nearestName } from "./report.ts";

/** An error of whoever typed the command: printed without a stack, exit code 1. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
export type Arguments = {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  readonly root: string;
};

/**
 * Run a command: parse its arguments, answer `--help`, print mistakes, set the exit code.
 *
 * @param help  the whole text of `--help`
 */
export async function command(
  help: string,
  options: Options,
  run: (args: Arguments) => Promise<number>,
): Promise<void> {
  // Whoever reads what we print may stop before its end (`| head`); that is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  try {
    const { values, positionals } = parse(options);
    if (values.help === true) {
      process.stdout.write(`${help}\n`);
      return;
    }
    const root = resolve(String(values.root ?? "."));
    if (!isFolder(root)) throw new UsageError(`No folder ${String(values.root)}`);
    process.exitCode = await run({ values, positionals, root });
  } catch (error) {
    process.stderr.write(`\n${describe(error)}\n`);
    process.exitCode = 1;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // A path through a file has no folder at its end.
    return false;
  }
}

/** What a person can act on is told in words; only our own mistakes come with the place where they happened. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const system = error as NodeJS.ErrnoException;
  if (system.syscall !== undefined && system.code !== undefined)
    return `The disk refused: ${error.message}`;
  // What is thrown in so many words by our own code is an `Error`; an assertion or a TypeError is a fault of the toolchain.
  if (error.constructor === Error || error instanceof UsageError) return error.message;
  return `This is a fault of the toolchain and not of your book:\n${error.stack ?? error.message}`;
}

function parse(options: Options) {
  const all: Options = {
    help: { type: "boolean", short: "h" },
    root: { type: "string" },
    ...options,
  };
  try {
    const parsed = parseArgs({ options: all, allowPositionals: true });
    return {
      values: parsed.values as Record<string, string | boolean | undefined>,
      positionals: parsed.positionals,
    };
  } catch (error) {
    // parseArgs has no other way to say that an option is unknown.
    const message = (error as Error).message.split(". ")[0] ?? "";
    const written = /'(-[^' ]*)/.exec(message)?.[1] ?? "";
    const names = Object.keys(all).map((name) => `--${name}`);
    const nearest = nearestName(written, names);
    throw new UsageError(
      `${message}\nKnown options: ${names.join(", ")}${nearest ? `\nDid you mean ${nearest}?` : ""}`,
    );
  }
}

/** One of the known names, or an error that lists them. */
export function oneOf(kind: string, name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const nearest = nearestName(name, known);
  throw new UsageError(
    `No ${kind} "${name}". Known: ${[...known].sort(byCodePoint).join(", ")}${nearest ? `\nDid you mean "${nearest}"?` : ""}`,
  );
}
