/**
 * The faces of the theme: which files they are, the CSS that loads them, which characters
 * they lack, and subsets of them for the screen formats. Static cuts only: Chromium embeds
 * variable fonts as Type 3, which printers refuse. The foundry's own packages, since the
 * subset packages of web fonts have lost small caps and old-style figures.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as fontkit from "fontkit";
import subsetFont from "subset-font";

/** One font file and the name by which CSS asks for it. */
export type Face = {
  /** Names the file where a format carries its own copy: `pf-serif-400-italic`. */
  readonly id: string;
  /** Never a generic word: a family called "Serif" silently gives the system's. */
  readonly family: string;
  readonly weight: 300 | 400 | 600;
  readonly style: "normal" | "italic";
  /** npm package and path in it. */
  readonly package: string;
  readonly path: string;
};

/** What a text is set in; the stacks of families are those of `theme/tokens.css`. */
export type Role = "serif" | "sans" | "code" | "math";

export const roleFamilies: Record<Role, readonly string[]> = {
  serif: ["PF Serif", "PF Sans", "PF Math"],
  sans: ["PF Sans", "PF Math"],
  code: ["PF Code", "PF Math", "PF Sans"],
  math: ["PF Math", "PF Serif", "PF Sans"],
};

/** Copyright line and licence of each package, for the formats that embed its faces. */
export const fontLicences: readonly {
  readonly family: string;
  readonly package: string;
  readonly notice: string;
}[] = [
  {
    family: "Source Serif 4",
    package: "source-serif",
    notice: "Adobe, with Reserved Font Name ‘Source’. SIL Open Font License 1.1",
  },
  {
    family: "Source Sans 3",
    package: "source-sans",
    notice: "Adobe, with Reserved Font Name ‘Source’. SIL Open Font License 1.1",
  },
  {
    family: "Source Code Pro",
    package: "source-code-pro",
    notice: "Adobe, with Reserved Font Name ‘Source’. SIL Open Font License 1.1",
  },
  {
    family: "STIX Two Math",
    package: "@fontsource/stix-two-math",
    notice: "The STIX Fonts Project Authors. SIL Open Font License 1.1",
  },
];

export const faces: readonly Face[] = [
  serif("PF Serif", "SourceSerif4-Regular", 400, "normal"),
  serif("PF Serif", "SourceSerif4-It", 400, "italic"),
  serif("PF Serif", "SourceSerif4-Semibold", 600, "normal"),
  serif("PF Serif", "SourceSerif4-SemiboldIt", 600, "italic"),
  serif("PF Serif Small", "SourceSerif4SmText-Regular", 400, "normal"),
  serif("PF Serif Small", "SourceSerif4SmText-It", 400, "italic"),
  serif("PF Serif Small", "SourceSerif4SmText-Semibold", 600, "normal"),
  serif("PF Serif Caption", "SourceSerif4Caption-Regular", 400, "normal"),
  serif("PF Serif Caption", "SourceSerif4Caption-It", 400, "italic"),
  serif("PF Serif Caption", "SourceSerif4Caption-Semibold", 600, "normal"),
  serif("PF Serif Display", "SourceSerif4Display-Regular", 400, "normal"),
  serif("PF Serif Display", "SourceSerif4Display-It", 400, "italic"),
  serif("PF Serif Display", "SourceSerif4Display-Semibold", 600, "normal"),
  sans("SourceSans3-Light", 300, "normal"),
  sans("SourceSans3-Regular", 400, "normal"),
  sans("SourceSans3-It", 400, "italic"),
  sans("SourceSans3-Semibold", 600, "normal"),
  sans("SourceSans3-SemiboldIt", 600, "italic"),
  code("SourceCodePro-Regular", 400, "normal"),
  code("SourceCodePro-It", 400, "italic"),
  code("SourceCodePro-Semibold", 600, "normal"),
  {
    id: "pf-math-400",
    family: "PF Math",
    weight: 400,
    style: "normal",
    package: "@fontsource/stix-two-math",
    path: "files/stix-two-math-latin-400-normal.woff2",
  },
];

/** Cuts that HTML and EPUB load; print has more, for small sizes. */
export const screenFaces: readonly Face[] = faces.filter(
  (face) =>
    ["PF Serif", "PF Sans", "PF Code", "PF Math"].includes(face.family) ||
    face.id === "pf-serif-display-600",
);

/** Absolute path of a face's file, wherever npm has put its package. */
export function facePath(face: Face): string {
  const packageJson = createRequire(import.meta.url).resolve(`${face.package}/package.json`);
  return join(dirname(packageJson), face.path);
}

/** `@font-face` rules; `urlOf` says under which address the format finds a face's file. */
export function fontFaceCss(chosen: readonly Face[], urlOf: (face: Face) => string): string {
  return chosen
    .map((face) =>
      [
        "@font-face {",
        `  font-family: "${face.family}";`,
        `  font-weight: ${face.weight};`,
        `  font-style: ${face.style};`,
        "  font-display: swap;",
        `  src: url("${urlOf(face)}");`,
        "}\n",
      ].join("\n"),
    )
    .join("");
}

/**
 * The characters of `text` that would be set in no face of ours: the families of the role's
 * stack are tried in order, and one counts only if each of its faces has the character, so
 * that italic and semibold text is safe too. Sorted, each once. Control characters and
 * characters that are never drawn (soft hyphen, zero-width, variation selectors) are not asked for.
 */
export function charactersMissing(text: string, role: Role): string[] {
  const characters = [...new Set(text)].filter(
    (character) => !/\p{Cc}|\p{Cf}|[\uFE00-\uFE0F]/u.test(character),
  );
  return characters
    .filter((character) => {
      const codePoint = character.codePointAt(0);
      assert(codePoint !== undefined);
      return !roleFamilies[role].some((family) => familyCharacters(family).has(codePoint));
    })
    .sort();
}

/** The characters of `text` that some face of a family lacks, so that they are set in the next one of the stack. */
export function charactersNotIn(family: string, text: string): string {
  const known = familyCharacters(family);
  return [...text].filter((character) => !known.has(character.codePointAt(0) ?? 0)).join("");
}

/** What browsers switch on by themselves, the figures that the style sheets ask for, and small caps. The others are half of a file. */
const featuresKept = [
  ...["ccmp", "locl", "mark", "mkmk", "kern", "liga", "clig", "calt"],
  ...["lnum", "onum", "pnum", "tnum"],
];
/** Of text alone: only the first line of a chapter has small caps. Those of math are asked for by the browser. */
const furtherFeatures: { readonly [family: string]: readonly string[] } = {
  "PF Serif": ["smcp"],
  "PF Math": ["ssty", "dtls", "flac", "rtlm"],
};

/**
 * A WOFF2 with the glyphs for `characters` and the layout features that screens use; the MATH table stays, instructions for the
 * pixels of old screens go. Equal input gives equal bytes; keeping the result is the caller's affair.
 */
export async function subsetFace(face: Face, characters: string): Promise<Uint8Array> {
  const text = [...new Set(characters)].sort().join("");
  return new Uint8Array(
    await subsetFont(await readFile(facePath(face)), text, {
      targetFormat: "woff2",
      keepFeatures: [...featuresKept, ...(furtherFeatures[face.family] ?? [])],
      noHinting: true,
    }),
  );
}

/**
 * Text as outlines: SVG path data with the baseline at y = 0, and how wide it is. For a cover,
 * which must not depend on the faces of whoever shows it.
 */
export function outlineText(
  face: Face,
  text: string,
  sizePx: number,
): { readonly path: string; readonly widthPx: number } {
  const font = fontkit.openSync(facePath(face));
  const run = font.layout(text);
  const scale = sizePx / font.unitsPerEm;
  let x = 0;
  const paths = run.glyphs.map((glyph, index) => {
    const position = run.positions[index];
    const path = glyph.path
      .translate(x + (position?.xOffset ?? 0), 0)
      .scale(scale, -scale)
      .toSVG();
    x += position?.xAdvance ?? 0;
    return path.replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10));
  });
  return { path: paths.join(""), widthPx: run.advanceWidth * scale };
}

/** The width of a line of text in a face, in the unit of `size`, with kerning. */
export function textWidth(text: string, faceId: string, size: number): number {
  const face = faces.find((each) => each.id === faceId);
  assert(face, `no face ${faceId}`);
  const font = openedFaces.get(faceId) ?? fontkit.openSync(facePath(face));
  openedFaces.set(faceId, font);
  return (font.layout(text).advanceWidth / font.unitsPerEm) * size;
}
const openedFaces = new Map<string, ReturnType<typeof fontkit.openSync>>();

/** Code points that all faces of a family have; opened once. */
function familyCharacters(family: string): ReadonlySet<number> {
  const known = charactersByFamily.get(family);
  if (known) return known;
  const sets = faces
    .filter((face) => face.family === family)
    .map((face) => new Set(fontkit.openSync(facePath(face)).characterSet));
  const [first = new Set<number>(), ...others] = sets;
  const common = new Set([...first].filter((point) => others.every((set) => set.has(point))));
  charactersByFamily.set(family, common);
  return common;
}

const charactersByFamily = new Map<string, ReadonlySet<number>>();

function serif(family: string, file: string, weight: Face["weight"], style: Face["style"]): Face {
  return face(family, "source-serif", file, weight, style);
}

function sans(file: string, weight: Face["weight"], style: Face["style"]): Face {
  return face("PF Sans", "source-sans", file, weight, style);
}

function code(file: string, weight: Face["weight"], style: Face["style"]): Face {
  return face("PF Code", "source-code-pro", file, weight, style);
}

function face(
  family: string,
  packageName: string,
  file: string,
  weight: Face["weight"],
  style: Face["style"],
): Face {
  const id = `${family.toLowerCase().replaceAll(" ", "-")}-${weight}${style === "italic" ? "-italic" : ""}`;
  return { id, family, weight, style, package: packageName, path: `TTF/${file}.ttf` };
}
