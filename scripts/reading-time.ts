/**
 * How long a text takes: a model, the same for every reader, so that days and modules can be compared. Silent readers of English
 * non-fiction manage 238 words a minute on average (Brysbaert 2019); technical prose is slower, and code is slower still.
 */
import type { Element, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import type { Minutes } from "./model.ts";
import { sectionIdOf } from "./select.ts";
import { isRoundWidget } from "./transform/widgets.ts";
import { elements, hasClass } from "./tree.ts";

export const pace = {
  wordsPerMinute: 200,
  secondsPerCodeLine: 4,
  secondsPerTranscriptLine: 2,
  secondsPerFigure: 20,
} as const;

/**
 * Minutes for a tree. The text of an exercise counts as hands-on: its `time` covers reading it. Solutions count for nothing, for they
 * are looked up and not read.
 */
export function minutesOf(tree: Root): Minutes {
  let seconds = 0;
  let handsOn = 0;
  const walk = (node: Root | Element, secondsPerLine: number): void => {
    for (const child of node.children) {
      if (child.type === "text") seconds += (wordsIn(child.value) * 60) / pace.wordsPerMinute;
      if (child.type !== "element" || isSilent(child)) continue;
      if (hasClass(child, "exercise")) handsOn += exerciseMinutes(child);
      else if (child.tagName === "pre") seconds += linesIn(child) * secondsPerLine;
      else if (hasClass(child, "picture")) seconds += pace.secondsPerFigure;
      else if (hasClass(child, "transcript")) walk(child, pace.secondsPerTranscriptLine);
      else walk(child, secondsPerLine);
    }
  };
  walk(tree, pace.secondsPerCodeLine);
  return { reading: seconds / 60, handsOn };
}

/** The same for each section of a chapter; the lead is called so. */
export function minutesBySection(tree: Root): { readonly id: string; readonly minutes: Minutes }[] {
  const parts: { id: string; children: Root["children"] }[] = [{ id: "lead", children: [] }];
  for (const node of tree.children) {
    const id = sectionIdOf(node);
    if (id !== null) parts.push({ id, children: [] });
    parts.at(-1)?.children.push(node);
  }
  return parts.map(({ id, children }) => ({ id, minutes: minutesOf({ type: "root", children }) }));
}

const silent = ["proof", "solution"];

/** Where text came from is not read for its own sake, nor is what stands round a widget. */
function isSilent(node: Element): boolean {
  return isRoundWidget(node) || silent.some((name) => hasClass(node, name));
}

/** Words of a tree with its programs and pictures, those round a widget left out. */
export function countWords(tree: Root): number {
  return wordsIn(countedText(tree));
}

/** Joined before it is cut: the tokens of a line of code are one word where no space parts them. */
function countedText(tree: Root | Element): string {
  return tree.children
    .map((child) => {
      if (child.type === "text") return child.value;
      return child.type === "element" && !isRoundWidget(child) ? countedText(child) : "";
    })
    .join("");
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function linesIn(node: Element): number {
  return textOf(node)
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}

function exerciseMinutes(exercise: Element): number {
  const minutes = elements(exercise, (node) => hasClass(node, "minutes"))[0];
  return Number(/(\d+) min/.exec(minutes ? textOf(minutes) : "")?.[1] ?? 0);
}

export function sum(minutes: readonly Minutes[]): Minutes {
  return {
    reading: minutes.reduce((total, { reading }) => total + reading, 0),
    handsOn: minutes.reduce((total, { handsOn }) => total + handsOn, 0),
  };
}
