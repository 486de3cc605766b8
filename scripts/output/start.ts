/** dist/index.html: leads to every edition, deck and file of a build, with sizes. */
import type { BuildRecord } from "../artefacts.ts";
import type { BookMeta } from "../model.ts";
import { escapeAttribute, escapeText } from "./document.ts";

type Deps = { readonly theme: (name: string) => string };

export function startPage(book: BookMeta, record: BuildRecord, deps: Deps): string {
  const groups = [...new Set(record.artefacts.map((artefact) => artefact.group))];
  const lists = groups.map((group) => {
    const items = record.artefacts
      .filter((artefact) => artefact.group === group)
      .map((artefact) => {
        const href = artefact.path.endsWith("/") ? `${artefact.path}index.html` : artefact.path;
        const facts = [
          sizeOf(artefact.bytes),
          artefact.pages === null
            ? ""
            : `${artefact.pages} ${artefact.path.startsWith("slides/") ? "slides" : "pages"}`,
          artefact.words === null ? "" : `${artefact.words.toLocaleString("en-US")} words`,
        ];
        return `<li><a href="${escapeAttribute(href)}">${escapeText(artefact.title)}</a> <span>${facts.filter((fact) => fact !== "").join(", ")}</span></li>`;
      });
    return `<section><h2>${escapeText(group === "slides" ? "Slides" : `Edition: ${group}`)}</h2>\n<ul>\n${items.join("\n")}\n</ul></section>`;
  });
  const proof =
    record.proof.proved === true && Number(record.proof.listings) > 0
      ? `<p>Proof of this build: ${Number(record.proof.testsPassed)} tests passed and executed all ${Number(record.proof.executableLines)} executable lines of the ${Number(record.proof.listings)} listings.</p>`
      : "";
  return `<!doctype html>
<html lang="${escapeAttribute(book.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(book.title)}</title>
<style>
${deps.theme("tokens.css")}
${startStyle}
</style>
</head>
<body>
<main>
<h1>${escapeText(book.title)}</h1>
<p class="subtitle">${escapeText(book.subtitle)}</p>
${lists.join("\n")}
${proof}
<p><a href="build.json">build.json</a> has the hash of every artefact.</p>
</main>
</body>
</html>
`;
}

const startStyle = `body { margin: 0; font: 1.125rem/1.55 "Source Sans 3", system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 40rem; margin: 0 auto; padding: 4rem 1.25rem; }
h1 { font-weight: 300; font-size: 3rem; line-height: 1.1; margin: 0; color: var(--accent); }
h2 { font-size: 1.125rem; margin: 2.5rem 0 0.5rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: 0.4rem 0; border-bottom: 1px solid var(--rule); }
li span, .subtitle { color: var(--quiet); }
a { color: var(--blue); }`;

function sizeOf(bytes: number): string {
  return bytes >= 1e6
    ? `${(bytes / 1e6).toFixed(1)} MB`
    : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
