/** dist/index.html: leads to every edition, deck and file of a build, with sizes. */
import type { BuildRecord } from "../artefacts.ts";
import { escapeAttribute, escapeText } from "../escape.ts";
import { type Face, faces, fontFaceCss } from "../fonts.ts";
import type { BookMeta } from "../model.ts";

export type Deps = {
  readonly theme: (name: string) => string;
  /** WOFF2 of a face with these characters. */
  readonly subset: (face: Face, characters: string) => Promise<Uint8Array>;
};

/** Faces of this page, by their ids in fonts.ts. */
const faceIds = ["pf-serif-display-600", "pf-sans-400", "pf-sans-600"];

export async function startPage(book: BookMeta, record: BuildRecord, deps: Deps): Promise<string> {
  const groups = [...new Set(record.artefacts.map((artefact) => artefact.group))].sort(
    (a, b) => rank(a) - rank(b),
  );
  const lists = groups.map((group) => {
    const items = record.artefacts
      .filter((artefact) => artefact.group === group)
      .map((artefact) => {
        const href = artefact.path.endsWith("/") ? `${artefact.path}index.html` : artefact.path;
        const facts = [
          sizeOf(artefact.bytes),
          artefact.pages === null
            ? ""
            : `${artefact.pages} ${/^Slides/.test(group) ? "slides" : "pages"}`,
          artefact.words === null ? "" : `${artefact.words.toLocaleString("en-US")} words`,
        ];
        return `<li><a href="${escapeAttribute(href)}">${escapeText(artefact.title)}</a> <span>${facts.filter((fact) => fact !== "").join(", ")}</span></li>`;
      });
    return `<section><h2>${escapeText(group)}</h2>\n<ul>\n${items.join("\n")}\n</ul></section>`;
  });
  const proof =
    record.proof.proved === true && Number(record.proof.listings) > 0
      ? `<p>Proof of this build: ${Number(record.proof.testsPassed)} tests passed and executed all ${Number(record.proof.executableLines)} executable lines of the ${Number(record.proof.listings)} listings.</p>`
      : "";
  return plainPage(
    book,
    {
      title: book.title,
      subtitle: book.subtitle,
      body: `${lists.join("\n")}
${proof}
<p><a href="build.json">build.json</a> has the hash of every artefact.</p>`,
    },
    deps,
  );
}

type PlainPage = {
  readonly title: string;
  readonly subtitle: string;
  /** HTML. */
  readonly body: string;
};

/** A page of lists that carries its style and its faces with it. */
export async function plainPage(book: BookMeta, page: PlainPage, deps: Deps): Promise<string> {
  const used = await Promise.all(
    faces
      .filter((face) => faceIds.includes(face.id))
      .map(
        async (face) =>
          [face, await deps.subset(face, printable + page.title + page.subtitle)] as const,
      ),
  );
  const fonts = new Map(
    used.map(([face, data]) => [
      face.id,
      `data:font/woff2;base64,${Buffer.from(data).toString("base64")}`,
    ]),
  );
  return `<!doctype html>
<html lang="${escapeAttribute(book.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(page.title)}</title>
<style>
${fontFaceCss(
  used.map(([face]) => face),
  (face) => fonts.get(face.id) ?? "",
)}
${deps.theme("tokens.css")}
${startStyle}
</style>
</head>
<body>
<main>
<h1>${escapeText(page.title)}</h1>
<p class="subtitle">${escapeText(page.subtitle)}</p>
${page.body}
</main>
</body>
</html>
`;
}

const startStyle = `body { margin: 0; font: 1.125rem/1.55 var(--sans); color: var(--ink); background: var(--paper); }
main { max-width: 40rem; margin: 0 auto; padding: 4rem 1.25rem; }
h1 { font: 600 3.25rem/1.1 var(--display); margin: 0 0 0.5rem; }
h2 { font-size: 1.125rem; margin: 2.5rem 0 0.5rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: 0.4rem 0; border-bottom: 1px solid var(--rule); }
.stacked li { display: block; }
.stacked span { display: block; }
li span, .subtitle { color: var(--quiet); }
a { color: var(--blue); }`;

function sizeOf(bytes: number): string {
  return bytes >= 1e6
    ? `${(bytes / 1e6).toFixed(1)} MB`
    : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** Editions in the order of the build, what is taught with and programs after them. */
function rank(group: string): number {
  return ["Slides", "Slides on paper", "Kit", "Programs"].indexOf(group) + 1;
}

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join(
  "",
);
