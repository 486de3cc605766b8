/**
 * The papers of an EPUB 3.3: container, package document, navigation, and the NCX that old
 * readers and some shops still ask for. Pure: data in, text out.
 */
import { createHash } from "node:crypto";
import { escapeAttribute, escapeText } from "../escape.ts";

export type ManifestItem = {
  readonly id: string;
  /** Path relative to the package document. */
  readonly href: string;
  readonly mediaType: string;
  readonly properties: readonly ("nav" | "cover-image" | "svg" | "mathml")[];
};

export type NavPoint = {
  readonly title: string;
  readonly href: string;
  readonly children: readonly NavPoint[];
};

export type Landmark = { readonly type: string; readonly title: string; readonly href: string };

/** Counted in the trees, so that the metadata claims nothing that was not looked at. */
export type AccessibilityCounts = {
  readonly pictures: number;
  readonly picturesDescribed: number;
  readonly formulas: number;
  readonly hasIndex: boolean;
};

export type PackageInput = {
  /** `urn:uuid:…` */
  readonly identifier: string;
  readonly title: string;
  readonly creators: readonly string[];
  readonly language: string;
  readonly publisher: string;
  readonly description: string;
  readonly rights: string;
  /** Four digits. */
  readonly year: number;
  /** `2026-01-01T00:00:00Z` */
  readonly modified: string;
  readonly items: readonly ManifestItem[];
  /** Ids of items, in reading order. */
  readonly spine: readonly string[];
  readonly toc: readonly NavPoint[];
  readonly landmarks: readonly Landmark[];
  readonly accessibility: AccessibilityCounts;
};

const xml = `<?xml version="1.0" encoding="utf-8"?>\n`;

/** META-INF/container.xml (EPUB 3.3, 4.2.6.3.1). */
export function containerDocument(packagePath: string): string {
  return `${xml}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="${escapeAttribute(packagePath)}" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
`;
}

/** The package document (EPUB 3.3, 5). */
export function packageDocument(input: PackageInput): string {
  const element = (name: string, value: string) =>
    value.trim() === "" ? [] : [`<dc:${name}>${escapeText(value)}</dc:${name}>`];
  const dublinCore = [
    ...element("title", input.title),
    ...input.creators.flatMap((name) => element("creator", name)),
    ...element("language", input.language),
    ...element("publisher", input.publisher),
    ...element("description", input.description),
    ...element("rights", input.rights),
    ...element("date", String(input.year)),
  ];
  const items = input.items.map((item) => {
    const properties =
      item.properties.length > 0 ? ` properties="${item.properties.join(" ")}"` : "";
    return `<item id="${item.id}" href="${escapeAttribute(item.href)}" media-type="${item.mediaType}"${properties}/>`;
  });
  const cover = input.items.find((item) => item.properties.includes("cover-image"));
  return `${xml}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book-id" xml:lang="${escapeAttribute(input.language)}">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="book-id">${escapeText(input.identifier)}</dc:identifier>
    ${dublinCore.join("\n    ")}
    <meta property="dcterms:modified">${input.modified}</meta>
    ${accessibilityMetadata(input.accessibility).join("\n    ")}
${cover ? `    <meta name="cover" content="${cover.id}"/>\n` : ""}  </metadata>
  <manifest>
    ${items.join("\n    ")}
  </manifest>
  <spine toc="ncx">
    ${input.spine.map((id) => `<itemref idref="${id}"/>`).join("\n    ")}
  </spine>
</package>
`;
}

/** What the book offers those who do not read by eye (EPUB Accessibility 1.1, 2), as far as it was counted. */
export function accessibilityMetadata(counts: AccessibilityCounts): string[] {
  const isDescribed = counts.picturesDescribed === counts.pictures;
  const meta = (name: string, value: string) =>
    `<meta property="schema:${name}">${escapeText(value)}</meta>`;
  const features = [
    "tableOfContents",
    "readingOrder",
    "structuralNavigation",
    "displayTransformability",
    "ARIA",
    ...(counts.pictures > 0 && isDescribed ? ["alternativeText"] : []),
    ...(counts.formulas > 0 ? ["MathML"] : []),
    ...(counts.hasIndex ? ["index"] : []),
  ];
  return [
    meta("accessMode", "textual"),
    ...(counts.pictures > 0 ? [meta("accessMode", "visual")] : []),
    meta("accessModeSufficient", isDescribed ? "textual" : "textual,visual"),
    ...features.map((feature) => meta("accessibilityFeature", feature)),
    meta("accessibilityHazard", "none"),
    meta("accessibilitySummary", accessibilitySummary(counts)),
  ];
}

function accessibilitySummary(counts: AccessibilityCounts): string {
  const pictures =
    counts.pictures === 0
      ? "There are no pictures."
      : `${counts.picturesDescribed} of ${counts.pictures} pictures have a text alternative.`;
  const formulas = counts.formulas === 0 ? "" : ` ${counts.formulas} formulas are MathML.`;
  return `${pictures}${formulas} Programs and their output are text. Nothing moves, flashes or sounds.`;
}

/** The navigation document: contents and landmarks (EPUB 3.3, 7). */
export function navDocument(input: PackageInput, title: string): string {
  const landmarks = input.landmarks.map(
    (mark) =>
      `<li><a epub:type="${mark.type}" href="${escapeAttribute(mark.href)}">${escapeText(mark.title)}</a></li>`,
  );
  return `${xml}<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="${escapeAttribute(input.language)}" xml:lang="${escapeAttribute(input.language)}">
<head>
<title>${escapeText(title)}</title>
<link rel="stylesheet" type="text/css" href="book.css"/>
</head>
<body class="nav">
<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">
<h1 id="toc-title">${escapeText(title)}</h1>
${navList(input.toc)}
</nav>
<nav epub:type="landmarks" id="landmarks" aria-labelledby="landmarks-title" hidden="hidden">
<h2 id="landmarks-title">Landmarks</h2>
<ol>
${landmarks.join("\n")}
</ol>
</nav>
</body>
</html>
`;
}

function navList(points: readonly NavPoint[]): string {
  const items = points.map((point) => {
    const inner = point.children.length > 0 ? `\n${navList(point.children)}\n` : "";
    return `<li><a href="${escapeAttribute(point.href)}">${escapeText(point.title)}</a>${inner}</li>`;
  });
  return `<ol>\n${items.join("\n")}\n</ol>`;
}

/** toc.ncx (OPF 2.0.1, 2.4.1), for readers that know no navigation document. */
export function ncxDocument(input: PackageInput): string {
  let order = 0;
  const points = (list: readonly NavPoint[]): string =>
    list
      .map((point) => {
        order += 1;
        const open = `<navPoint id="point-${order}" playOrder="${order}"><navLabel><text>${escapeText(point.title)}</text></navLabel><content src="${escapeAttribute(point.href)}"/>`;
        return `${open}${points(point.children)}</navPoint>`;
      })
      .join("\n");
  const depth = (list: readonly NavPoint[]): number =>
    list.length === 0 ? 0 : 1 + Math.max(...list.map((point) => depth(point.children)));
  return `${xml}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="${escapeAttribute(input.language)}">
<head>
<meta name="dtb:uid" content="${escapeAttribute(input.identifier)}"/>
<meta name="dtb:depth" content="${depth(input.toc)}"/>
<meta name="dtb:totalPageCount" content="0"/>
<meta name="dtb:maxPageNumber" content="0"/>
</head>
<docTitle><text>${escapeText(input.title)}</text></docTitle>
<navMap>
${points(input.toc)}
</navMap>
</ncx>
`;
}

/** A UUID that follows from a name: version 8, made of the name's SHA-256 (RFC 9562, 5.8). */
export function stableUuid(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
