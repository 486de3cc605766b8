/**
 * Looks at a finished kit as whoever unpacks it does, with no network: labs fail at their start and pass with the book's text,
 * links lead to files, agendas add up, and nothing of notes and solutions is in what listeners get.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, normalize } from "node:path";
import { unzipSync } from "fflate";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { exists, listFiles, readBytes, readText, removeFolder, writeFile } from "../files.ts";

export type KitReport = {
  /** What is wrong, with the file it is in. */
  readonly problems: readonly string[];
  readonly labs: number;
  readonly links: number;
  readonly pages: ReadonlyMap<string, number>;
};

/** @param archive  path of kit.zip */
export async function checkKit(archive: string): Promise<KitReport> {
  const place = mkdtempSync(join(tmpdir(), "kit-"));
  try {
    for (const [path, data] of Object.entries(unzipSync(new Uint8Array(readBytes(archive)))))
      writeFile(join(place, path), data);
    const kit = join(place, "kit");
    const labs = listFiles(join(kit, "labs"))
      .filter((path) => basename(path) === "lab.json")
      .map((path) => dirname(path));
    const links = linksOf(kit);
    const papers = await papersOf(kit);
    return {
      problems: [
        ...(await labProblems(kit, labs)),
        ...links.filter(({ isThere }) => !isThere).map(({ from, to }) => `${from}: no file ${to}`),
        ...agendaProblems(kit),
        ...(await leaks(kit, papers)),
      ],
      labs: labs.length,
      links: links.length,
      pages: new Map([...papers].map(([path, { pages }]) => [path, pages])),
    };
  } finally {
    removeFolder(place);
  }
}

async function labProblems(kit: string, labs: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const lab of labs) {
    const start = await checkLab(kit, lab);
    if (start.code !== 1 || /^done/m.test(start.text) || !/^open/m.test(start.text))
      problems.push(`labs/${lab}: the start is not all open:\n${start.text}`);
    cpSync(join(kit, "guide/labs", lab), join(kit, "labs", lab), { recursive: true });
    const end = await checkLab(kit, lab);
    if (end.code !== 0) problems.push(`labs/${lab}: the solution leaves steps open:\n${end.text}`);
  }
  return problems;
}

/** By plain Node, as a participant does it. */
function checkLab(kit: string, lab: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["check.js", lab],
      { cwd: join(kit, "labs"), timeout: 120_000, env: {} },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, text: stdout + stderr }),
    );
  });
}

type Link = { readonly from: string; readonly to: string; readonly isThere: boolean };

/** Links of pages and texts to files beside them. Addresses of other places are told apart by their scheme. */
function linksOf(kit: string): Link[] {
  return listFiles(kit)
    .filter((path) => /\.(md|html)$/.test(path))
    .flatMap((from) => {
      const text = readText(join(kit, from));
      const found = from.endsWith(".md")
        ? [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        : [...text.matchAll(/(?:href|src)="([^"]+)"/g)];
      return found
        .map(([, to = ""]) => to.replace(/[?#].*$/, ""))
        .filter((to) => to !== "" && !/^[a-z]+:/i.test(to))
        .map((to) => {
          const path = normalize(join(dirname(from), decodeURI(to)));
          return { from, to, isThere: exists(join(kit, path)) };
        });
    });
}

/** A row begins when the one before it ends, and takes as long as it says. */
function agendaProblems(kit: string): string[] {
  return listFiles(join(kit, "agenda"))
    .filter((path) => path.endsWith(".csv"))
    .flatMap((path) => {
      const rows = readText(join(kit, "agenda", path))
        .trim()
        .split("\n")
        .slice(1);
      const parsed = rows.map(
        (row) => row.split(",").slice(0, 4) as [string, string, string, string],
      );
      return parsed.flatMap(([day, start, end, minutes], index) => {
        const before = parsed[index - 1];
        const follows = !before || before[0] !== day || before[2] === start;
        const adds = minuteOf(end) - minuteOf(start) === Number(minutes);
        return follows && adds ? [] : [`agenda/${path}: row ${index + 2} does not add up`];
      });
    });
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

type Paper = { readonly pages: number; readonly text: string };

async function papersOf(kit: string): Promise<Map<string, Paper>> {
  const papers = new Map<string, Paper>();
  for (const path of listFiles(kit).filter((each) => each.endsWith(".pdf"))) {
    const document = await getDocument({
      data: new Uint8Array(readBytes(join(kit, path))),
      verbosity: 0,
    }).promise;
    const texts: string[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const { items } = await (await document.getPage(number)).getTextContent();
      texts.push(items.map((item) => ("str" in item ? item.str : "")).join(" "));
    }
    papers.set(path, { pages: document.numPages, text: squeezed(texts.join(" ")) });
    await document.loadingTask.destroy();
  }
  return papers;
}

function squeezed(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]+/gu, "").toLowerCase();
}

/** What is said and solved, by deck, looked for in the papers of listeners: slides, handouts, worksheets. */
async function leaks(kit: string, papers: ReadonlyMap<string, Paper>): Promise<string[]> {
  const problems: string[] = [];
  const decks = listFiles(join(kit, "deck")).filter((path) => path.endsWith("/index.html"));
  for (const path of decks) {
    const deck = dirname(path);
    const secrets = secretsOf(readText(join(kit, "deck", path)));
    for (const [paper, { text }] of papers) {
      const isOfListeners =
        paper === `deck/${deck}.pdf` ||
        paper.startsWith(`deck/${deck}-handout`) ||
        paper === `worksheets/${deck}.pdf`;
      if (!isOfListeners) continue;
      const found = secrets.find((secret) => text.includes(squeezed(secret)));
      if (found)
        problems.push(
          `${paper}: has what only the instructor should see: "${found.slice(0, 60)}…"`,
        );
    }
  }
  return problems;
}

/** Paragraphs of notes and solutions that are long enough to be nobody else's words. */
function secretsOf(page: string): string[] {
  return [...page.matchAll(/<aside class="notes">([\s\S]*?)<\/aside>/g)]
    .flatMap(([, notes = ""]) => [...notes.matchAll(/<p>([\s\S]*?)<\/p>/g)])
    .map(([, words = ""]) =>
      words
        .replaceAll(/<[^>]+>/g, "")
        .replaceAll(/&[a-z#0-9]+;/gi, " ")
        .trim(),
    )
    .filter((words) => words.length >= 60);
}
