/**
 * The last hand on a printed PDF: page labels, metadata, nothing that differs from build to build, and no
 * soft hyphen in the text that a reader copies.
 */
import { createHash } from "node:crypto";
import {
  decodePDFRawStream,
  PDFArray,
  PDFCrossRefStream,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  type PDFPageLeaf,
  PDFRawStream,
  PDFRef,
  PDFString,
} from "@cantoo/pdf-lib";
import { escapeText } from "../escape.ts";

export type PdfFacts = {
  readonly title: string;
  readonly authors: readonly string[];
  readonly language: string;
  readonly description: string;
  /** The page, counted from 1, that is labelled 1; roman numbers stand before it. */
  readonly firstArabic: number;
  /** What each destination is called. */
  readonly targets: ReadonlyMap<string, string>;
};

/** Types of PDF 2.0 that Chromium writes into files of an older version, and what they are there. */
const roleMap = {
  Em: "Span",
  Strong: "Span",
  Aside: "Note",
  Title: "P",
  FENote: "Note",
  Sub: "Span",
};

export async function finishPdf(bytes: Uint8Array, facts: PdfFacts): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  const { context, catalog } = pdf;
  const hash = createHash("sha256");
  for (const page of pdf.getPages()) {
    describeLinks(page.node, pdf, facts.targets);
    for (const reference of contentReferences(page.node.get(PDFName.of("Contents")))) {
      const stream = context.lookup(reference);
      if (!(stream instanceof PDFRawStream)) continue;
      const before = Buffer.from(decodePDFRawStream(stream).decode()).toString("latin1");
      const after = Buffer.from(withArtifacts(withoutSoftHyphens(before)), "latin1");
      hash.update(after);
      context.assign(reference, context.flateStream(after));
    }
  }

  const labels = [
    ...(facts.firstArabic > 1 ? [PDFNumber.of(0), context.obj({ S: "r" })] : []),
    PDFNumber.of(facts.firstArabic - 1),
    context.obj({ S: "D" }),
  ];
  catalog.set(PDFName.of("PageLabels"), context.obj({ Nums: labels }));
  catalog.set(PDFName.of("Lang"), PDFString.of(facts.language));
  catalog.set(PDFName.of("ViewerPreferences"), context.obj({ DisplayDocTitle: true }));

  const structure = catalog.lookup(PDFName.of("StructTreeRoot"));
  if (structure instanceof PDFDict) structure.set(PDFName.of("RoleMap"), context.obj(roleMap));

  const info = context.lookup(context.trailerInfo.Info);
  if (info instanceof PDFDict) {
    for (const key of info.keys()) info.delete(key);
    info.set(PDFName.of("Title"), PDFHexString.fromText(facts.title));
    info.set(PDFName.of("Author"), PDFHexString.fromText(facts.authors.join(", ")));
    if (facts.description)
      info.set(PDFName.of("Subject"), PDFHexString.fromText(facts.description));
  }
  const metadata = PDFRawStream.of(
    context.obj({ Type: "Metadata", Subtype: "XML" }) as PDFDict,
    new TextEncoder().encode(xmp(facts)),
  );
  catalog.set(PDFName.of("Metadata"), context.register(metadata));

  // The identifier is a hash of what is printed, so that equal books have equal bytes.
  const id = PDFHexString.of(hash.digest("hex").slice(0, 32));
  context.trailerInfo.ID = context.obj([id, id]);
  Object.defineProperty(PDFCrossRefStream.prototype, "appendEntry", { value: insertEntry });
  return pdf.save({ useObjectStreams: true, addDefaultPage: false, updateFieldAppearances: false });
}

type CrossReference = { readonly ref: PDFRef };

/**
 * What pdf-lib's own method does, with a binary search: its linear one makes the saving of an 840-page book take half a
 * minute more, with equal bytes.
 */
function insertEntry(this: { readonly entries: CrossReference[] }, entry: CrossReference): void {
  const numberAt = (index: number): number => this.entries[index]?.ref.objectNumber ?? 0;
  let low = 0;
  let high = this.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberAt(middle) > entry.ref.objectNumber) high = middle;
    else low = middle + 1;
  }
  this.entries.splice(low, 0, entry);
}

/** Each link says in words where it leads, and tabs follow the structure (PDF/UA-1, sections 7.18.3 and 7.18.5). */
function describeLinks(
  page: PDFPageLeaf,
  pdf: PDFDocument,
  targets: ReadonlyMap<string, string>,
): void {
  const annotations = page.Annots();
  if (!annotations) return;
  page.set(PDFName.of("Tabs"), PDFName.of("S"));
  for (const reference of annotations.asArray()) {
    const link = pdf.context.lookup(reference);
    if (!(link instanceof PDFDict) || link.has(PDFName.of("Contents"))) continue;
    const action = link.lookup(PDFName.of("A"));
    const address = action instanceof PDFDict ? action.lookup(PDFName.of("URI")) : undefined;
    const words =
      address instanceof PDFString || address instanceof PDFHexString
        ? address.decodeText()
        : (targets.get(destinationOf(link)) ?? "Link within this book");
    link.set(PDFName.of("Contents"), PDFHexString.fromText(words));
  }
}

/** The name of the destination, as it was an id in the page. */
function destinationOf(link: PDFDict): string {
  const name = link.lookup(PDFName.of("Dest"));
  const text =
    name instanceof PDFName || name instanceof PDFString || name instanceof PDFHexString
      ? name.decodeText()
      : "";
  return decodeURIComponent(text);
}

function contentReferences(contents: unknown): PDFRef[] {
  if (contents instanceof PDFRef) return [contents];
  if (contents instanceof PDFArray)
    return contents.asArray().filter((item) => item instanceof PDFRef);
  return [];
}

/**
 * Chromium draws an invisible glyph for a soft hyphen and says that it is to be copied as one. Only the step to
 * the next glyph is kept.
 */
function withoutSoftHyphens(content: string): string {
  return content.replace(
    /\/Span\s*<<\s*\/ActualText\s*<feff00ad>\s*>>\s*BDC\s+(\S+ \S+ Td) <[0-9a-f]+> Tj\s+EMC/gi,
    "$1",
  );
}

/**
 * Marks what belongs to no element of the structure (running heads, fields of color, rules) as an artifact, as PDF/UA-1
 * section 7.1 demands. Chromium writes one operator a line; a marked sequence must not begin or end within a path.
 */
function withArtifacts(content: string): string {
  const lines: string[] = [];
  let depth = 0;
  let start: number | null = null;
  const wrap = (from: number): void => {
    lines.splice(from, 0, "/Artifact BMC");
    lines.push("EMC");
  };
  for (const line of content.split("\n")) {
    if (/\b(?:BDC|BMC)$/.test(line)) depth += 1;
    if (depth === 0 && start === null && /^BT$|(?:^|\s)(?:re|m)$/.test(line)) start = lines.length;
    lines.push(line);
    if (start !== null && /(?:^|\s)(?:ET|[fFBbSs]\*?)$/.test(line)) {
      wrap(start);
      start = null;
    } else if (/(?:^|\s)n$/.test(line)) {
      start = null; // A clipping path paints nothing.
    } else if (depth === 0 && /\s(?:Do|sh)$/.test(line)) {
      wrap(lines.length - 1);
    }
    if (line === "EMC") depth -= 1;
  }
  return lines.join("\n");
}

function xmp(facts: PdfFacts): string {
  const authors = facts.authors.map((author) => `<rdf:li>${escapeText(author)}</rdf:li>`).join("");
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeText(facts.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq>${authors}</rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>${escapeText(facts.language)}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
}
