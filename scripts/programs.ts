/** The programs of a book as files that stand alone, and a page that lists them: dist/code/. */
import { join } from "node:path";
import { escapeAttribute, escapeText } from "./escape.ts";
import { isFile, listFiles, readText } from "./files.ts";
import type { BookMeta } from "./model.ts";
import { oneFile, type ParsedModules } from "./one-file.ts";
import { type Deps, plainPage } from "./output/start.ts";
import { byCodePoint } from "./report.ts";
import { listSamples } from "./samples.ts";

type Program = { readonly name: string; readonly path: string; readonly hint: string };

/** Samples, and nodes that run as processes (`code/raft-kv/main.ts`, as raft-kv-node). */
export function listPrograms(root: string): readonly Program[] {
  const samples = [...listSamples(root)].map(([name, path]) => ({ name, path, hint: "--seed 7" }));
  const nodes = listFiles(join(root, "code")).flatMap((path) => {
    const folder = /^([^/]+)\/main\.ts$/.exec(path)?.[1];
    return folder === undefined
      ? []
      : [{ name: `${folder}-node`, path: `code/${path}`, hint: "--help" }];
  });
  return [...samples, ...nodes].sort((a, b) => byCodePoint(a.name, b.name));
}

/** Files of dist/code/ by their names: `raft.ts`, `raft-figure-8.ts`, … and index.html. None where there are no programs. */
export async function joinPrograms(
  book: BookMeta,
  root: string,
  deps: Deps,
): Promise<ReadonlyMap<string, string>> {
  const parsed: ParsedModules = new Map();
  const programs = listPrograms(root).map(({ name, path, hint }) => {
    const file = `${name.replaceAll("/", "-")}.ts`;
    const opening = preface(book, name, `node ${file} ${hint}`);
    const text = oneFile(path, (used) => textOf(root, used), opening, parsed);
    return { name, file, text, purpose: purposeOf(textOf(root, path)) };
  });
  if (programs.length === 0) return new Map();
  const items = programs.map(
    ({ name, file, purpose }) =>
      `<li><a href="${escapeAttribute(file)}" download>${escapeText(name)}</a> <span>${escapeText(purpose)}</span></li>`,
  );
  const index = await plainPage(
    book,
    {
      title: "Programs",
      subtitle: "Each with all that it needs, in one file. Node 24 runs it as it is.",
      body: `<ul class="stacked">\n${items.join("\n")}\n</ul>`,
    },
    deps,
  );
  return new Map([
    ...programs.map(({ file, text }) => [file, text] as const),
    ["index.html", index] as const,
  ]);
}

/** The first sentence of the comment that opens a file. */
function purposeOf(text: string): string {
  const [, comment = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  const plain = comment
    .replace(/^\s*\* ?/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
  const sentence = /^.*?[.?!](?= |$)/.exec(plain)?.[0] ?? plain;
  // How to call it stands in the file itself.
  return sentence.replace(/: `[^`]*`/, "");
}

function textOf(root: string, path: string): string {
  if (!isFile(join(root, path))) throw new Error(`A program imports ${path}, which is not there`);
  return readText(join(root, path));
}

function preface(book: BookMeta, name: string, command: string): string {
  return `/**
 * ${name}: a program of "${book.title}", with all that it needs, in one file.
 * Node 24 runs it as it is:
 *
 *   ${command}
 *
 * ${book.licenceCode}
 */`;
}
