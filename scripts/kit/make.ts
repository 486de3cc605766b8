/**
 * The kit of who teaches: agenda, guide, run of show, worksheets, labs, cards, and what is written in `slides/kit/`, as a folder
 * and as one archive with the decks in it.
 */
import { extname, join } from "node:path";
import { zipSync } from "fflate";
import type { ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import type { Root as MdastRoot } from "mdast";
import type { Browser } from "puppeteer";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { VFile } from "vfile";
import type { Stage } from "../artefacts.ts";
import { type MadeBook, toolchainRoot } from "../book.ts";
import { type CutBook, type Taught, taughtIn } from "../courses.ts";
import { exists, listFiles, readBytes, readText, removeFolder } from "../files.ts";
import { type Lab, loadLabs } from "../labs.ts";
import type { Course, Session } from "../model.ts";
import { charactersOf, childrenOf, type DeckDeps, deckFaces, deckStyles } from "../output/deck.ts";
import { sheetsPdf } from "../output/deck-print.ts";
import { htmlDocument, serializeHtml } from "../output/document.ts";
import { plainPage } from "../output/start.ts";
import { parseMarkdown } from "../parse.ts";
import type { Progress } from "../progress.ts";
import { checkDirectives } from "../transform/directives.ts";
import { copyTree, elements, hasClass, unwrapElements } from "../tree.ts";
import { agendaCsv, agendaIcs, agendaMarkdown } from "./agenda.ts";
import { labFiles, solutionFiles } from "./lab-files.ts";
import {
  cardSheet,
  guideSheet,
  runOfShowSheet,
  type SkillRow,
  skillSheet,
  solutionSheet,
  worksheet,
} from "./sheets.ts";

type Rendering = {
  readonly root: string;
  readonly stage: Stage;
  readonly browser: () => Promise<Browser>;
  readonly progress: Progress;
  readonly deps: DeckDeps;
};

/** A sheet that becomes a PDF: where, what it is called, what stands on it. */
type Sheet = { readonly path: string; readonly title: string; readonly body: ElementContent[] };

const folder = "slides/kit";
/** Written pages that are printed too: they are carried round, or hang on the wall. */
const printed = /^(?:guide|handouts|admin\/room-checklist)/;

export async function makeKit(made: MadeBook, cut: CutBook, rendering: Rendering): Promise<void> {
  const { root, stage, progress } = rendering;
  if (cut.courses === null || !exists(join(root, folder, "README.md"))) return;
  progress.stage("make the kit");
  const start = performance.now();
  const labs = loadLabs(root);
  const { courses } = cut.courses;
  const given = courses.map((course) => [course, taughtIn(course, cut.decks)] as const);
  for (const [course, taught] of given) writeAgenda(course, taught, stage);
  for (const [path, data] of writtenFiles(root)) stage.write(`kit/${path}`, data);
  for (const [path, text] of await labFiles(root, toolchainRoot, labs))
    stage.write(`kit/labs/${path}`, text);
  for (const lab of labs)
    for (const [path, text] of solutionFiles(root, lab))
      stage.write(`kit/guide/labs/${lab.id}/${path}`, text);
  const sheets = [
    ...given.flatMap(([course, taught]) => sheetsOf(course, taught, made)),
    ...common(made, root),
  ];
  await printSheets(sheets, made, rendering, labs);
  stage.write("kit/index.html", await firstPage(made, rendering));
  stage.write("kit.zip", archive(stage.folder));
  const about = {
    group: "Kit",
    pages: null,
    words: null,
    listings: null,
    milliseconds: Math.round(performance.now() - start),
  };
  stage.add("kit/", { title: "Everything to teach with, but the decks", ...about });
  stage.add("kit.zip", { title: "The same with the decks, for a room without network", ...about });
}

/** The README as a page: where a browser begins. */
async function firstPage({ pool }: MadeBook, { root, deps }: Rendering): Promise<string> {
  const text = readText(join(root, folder, "README.md"));
  const [first, ...body] = markdownBody("README.md", text).filter(
    (node) => node.type === "element",
  );
  const title = first ? textOf(first) : pool.book.title;
  return plainPage(
    pool.book,
    { title, subtitle: pool.book.title, body: serializeHtml(body) },
    deps,
  );
}

function writeAgenda(course: Course, taught: readonly Taught[], stage: Stage): void {
  const titles = new Map(taught.map(({ session, deck }) => [session, deck.title]));
  const titleOf = (session: Session): string => titles.get(session) ?? session.id;
  const base = `kit/agenda/${course.id}`;
  stage.write(`${base}.md`, agendaMarkdown(course, titleOf));
  stage.write(`${base}.csv`, agendaCsv(course, titleOf));
  stage.write(`${base}.ics`, agendaIcs(course, titleOf));
}

/** Pages of `slides/kit/` as they are; labs and the check have their own way. */
function writtenFiles(root: string): (readonly [string, Uint8Array])[] {
  return listFiles(join(root, folder))
    .filter((path) => !path.startsWith("labs/") && path !== "check.js")
    .map((path) => [path, readBytes(join(root, folder, path))] as const);
}

function sheetsOf(course: Course, taught: readonly Taught[], made: MadeBook): Sheet[] {
  const sentences = made.pool.skills?.sentences;
  const tasks = taught.flatMap((one): Sheet[] => {
    const { id, title } = one.deck;
    const [sheet, solutions] = [worksheet(one), solutionSheet(one)];
    return [
      ...(sheet ? [{ path: `worksheets/${id}`, title: `${title}: worksheet`, body: sheet }] : []),
      ...(solutions
        ? [{ path: `guide/solutions/${id}`, title: `${title}: solutions`, body: solutions }]
        : []),
    ];
  });
  return [
    {
      path: `guide/instructor-guide-${course.id}`,
      title: `${course.title}: instructor guide`,
      body: guideSheet(course, taught, (skill) => sentences?.get(skill)),
    },
    {
      path: `guide/run-of-show-${course.id}`,
      title: `${course.title}: run of show`,
      body: runOfShowSheet(course, taught),
    },
    ...tasks,
  ];
}

/** What is the same for all courses. */
function common(made: MadeBook, root: string): Sheet[] {
  const written = listFiles(join(root, folder))
    .filter((path) => path.endsWith(".md") && printed.test(path))
    .map((path): Sheet => {
      const text = readText(join(root, folder, path));
      const title = /^# (.+)$/m.exec(text)?.[1] ?? path;
      return { path: path.slice(0, -extname(path).length), title, body: markdownBody(path, text) };
    });
  const sections = made.editions[0]?.sections ?? [];
  const glossary = sections.find(({ page }) => page === "glossary");
  const cards = sections.flatMap(({ tree }) =>
    elements(plain(tree), (node) => hasClass(node, "framework")),
  );
  return [
    ...written,
    { path: "worksheets/skill-map", title: "What I can do", body: skillSheet(skillRows(made)) },
    { path: "handouts/frameworks", title: "Frameworks", body: cardSheet(cards) },
    ...(glossary
      ? [
          {
            path: "handouts/glossary",
            title: "Glossary",
            body: [h("h1", "Glossary"), ...childrenOf(plain(glossary.tree))],
          },
        ]
      : []),
  ];
}

function skillRows(made: MadeBook): SkillRow[] {
  const sentences = made.pool.skills?.sentences;
  return made.pool.chapters.map(({ meta }) => ({
    chapter: meta.title,
    skills: meta.teaches.flatMap((skill) => sentences?.get(skill) ?? []),
  }));
}

/** A copy for a loose sheet: links lead nowhere there, their words stay. */
function plain(tree: Root): Root {
  const copy = copyTree(tree);
  unwrapElements(copy, ({ tagName }) => (tagName === "a" ? "unwrap" : "keep"));
  for (const node of elements(copy, () => true)) delete node.properties.id;
  return copy;
}

function markdownBody(path: string, text: string): ElementContent[] {
  const file = new VFile({ path, value: text });
  const written = parseMarkdown(file) as MdastRoot;
  // These pages have no directives: the colon of 10:05 is a colon.
  checkDirectives({ directives: {} })(written, file);
  const tree = unified().use(remarkRehype).runSync(written, file) as Root;
  return tree.children as ElementContent[];
}

async function printSheets(
  sheets: readonly Sheet[],
  made: MadeBook,
  { stage, browser, progress, deps }: Rendering,
  labs: readonly Lab[],
): Promise<void> {
  const place = join(stage.folder, "kit-sheets");
  const all = [...sheets, ...labs.map(labSheet)];
  const pages = all.map(({ title, body }) =>
    htmlDocument({
      language: made.pool.book.language,
      title: `${title}, ${made.pool.book.title}`,
      description: null,
      head: '<link rel="stylesheet" href="kit.css">',
      bodyClass: "kit",
      body,
    }),
  );
  const characters = charactersOf(`${pages.join("")}☐`);
  for (const face of deckFaces)
    stage.write(`kit-sheets/${face.id}.woff2`, await deps.subset(face, characters));
  const styles = [deckStyles(deps, (face) => `${face.id}.woff2`), deps.theme("kit.css")].join("\n");
  stage.write("kit-sheets/kit.css", styles);
  for (const [index, page] of pages.entries()) {
    stage.write("kit-sheets/sheet.html", page);
    const pdf = await sheetsPdf(await browser(), join(place, "sheet.html"));
    stage.write(`kit/${all[index]?.path ?? "sheet"}.pdf`, pdf);
    progress.count(index + 1, pages.length);
  }
  removeFolder(place);
}

function labSheet(lab: Lab): Sheet {
  const text = (heading: string): string => lab.texts.get(heading) ?? "";
  const { min, typical, max } = lab.minutes;
  const words = `# Lab: ${lab.title}\n\nAbout ${typical} minutes (${min} to ${max}). \`node check.js ${lab.id}\`\n\n${text("Goal")}\n\n## Task\n\n${text("Task")}\n\n## Steps\n\n${lab.steps.map(({ title }, at) => `${at + 1}. ${title}`).join("\n")}\n\n## If there is time\n\n${text("Stretch")}\n`;
  return {
    path: `worksheets/lab-${lab.id}`,
    title: lab.title,
    body: markdownBody(`${lab.id}.md`, words),
  };
}

/** kit/ and, below deck/, what slides/ holds; the same on every build. */
function archive(stageFolder: string): Uint8Array {
  const below = (name: string, as: string) =>
    listFiles(join(stageFolder, name)).map(
      (path) => [`${as}/${path}`, readBytes(join(stageFolder, name, path))] as const,
    );
  const files = [...below("kit", "kit"), ...below("slides", "kit/deck")].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  // The earliest date that a zip can hold; in local time, since that is what is written.
  return zipSync(Object.fromEntries(files.map(([path, data]) => [path, new Uint8Array(data)])), {
    level: 6,
    mtime: new Date(1980, 0, 1),
  });
}
