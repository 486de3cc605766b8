/**
 * Code -> lines of spans with `tok-*` classes, by TextMate grammars (shiki). Classes and not colors, so that one run serves
 * light, dark, sepia and gray print.
 */
import type { ElementContent } from "hast";
import {
  type BundledLanguage,
  bundledLanguages,
  bundledLanguagesAlias,
  createHighlighter,
  type ThemeRegistrationRaw,
} from "shiki";

export type Highlight = (code: string, language: string) => ElementContent[][];

/** Token classes in the order of theme/code.css, with the TextMate scopes that they stand for. */
const classes: Record<string, string[]> = {
  "tok-comment": ["comment", "punctuation.definition.comment"],
  "tok-keyword": [
    "keyword",
    "storage",
    "keyword.operator.new",
    "keyword.operator.expression",
    "variable.language.this",
  ],
  "tok-string": ["string", "punctuation.definition.string", "string.template"],
  "tok-number": ["constant.numeric"],
  "tok-constant": ["constant.language", "constant.other", "support.constant"],
  "tok-function": ["entity.name.function", "support.function", "meta.function-call.generic"],
  "tok-type": [
    "entity.name.type",
    "entity.name.class",
    "support.type",
    "support.class",
    "entity.name.tag",
  ],
  "tok-operator": ["keyword.operator"],
  "tok-punctuation": ["punctuation", "meta.brace"],
};
const classNames = Object.keys(classes);

/** Colors are numbers of classes: shiki hands the color of each token back, and it is looked up here. */
const theme: ThemeRegistrationRaw = {
  name: "classes",
  type: "light",
  fg: "#000000",
  bg: "#ffffff",
  settings: [
    { settings: { foreground: "#000000", background: "#ffffff" } },
    ...classNames.map((name, index) => ({
      scope: classes[name] ?? [],
      settings: { foreground: colorOf(index) },
    })),
  ],
};

function colorOf(index: number): string {
  return `#0000${(index + 1).toString(16).padStart(2, "0")}`;
}

const plain = new Set(["text", "txt", "plain", "plaintext", "console", "output", "none", ""]);

export function isKnownLanguage(language: string): boolean {
  return (
    plain.has(language) ||
    Object.hasOwn(bundledLanguages, language) ||
    Object.hasOwn(bundledLanguagesAlias, language)
  );
}
export function knownLanguages(): string[] {
  return [
    ...new Set([...Object.keys(bundledLanguages), ...Object.keys(bundledLanguagesAlias), "text"]),
  ];
}

/** One a process: a preview makes the book again and again. */
let opened: ReturnType<typeof createHighlighter> | null = null;

/** Load the grammars of these languages once; the function that comes back is pure and synchronous. */
export async function createHighlight(languages: readonly string[]): Promise<Highlight> {
  const wanted = languages.filter(
    (language) => isKnownLanguage(language) && !plain.has(language),
  ) as BundledLanguage[];
  opened ??= createHighlighter({ themes: [theme], langs: [] });
  const highlighter = await opened;
  await highlighter.loadLanguage(...wanted);
  return (code, language) => {
    if (plain.has(language) || !isKnownLanguage(language))
      return code.split("\n").map((line) => (line === "" ? [] : [{ type: "text", value: line }]));
    const { tokens } = highlighter.codeToTokens(code, {
      lang: language as BundledLanguage,
      theme: "classes",
      // Shiki gives up on a line after half a second; a busy machine must not print another book than an idle one.
      tokenizeTimeLimit: 0,
    });
    return tokens.map((line) => line.map((token) => spanOf(token.content, token.color)));
  };
}

function spanOf(value: string, color: string | undefined): ElementContent {
  const name = classNames[Number.parseInt((color ?? "#000000").slice(5), 16) - 1];
  if (name === undefined || value.trim() === "") return { type: "text", value };
  return {
    type: "element",
    tagName: "span",
    properties: { className: [name] },
    children: [{ type: "text", value }],
  };
}
