/** Fences with `run` -> what the program printed. */
import type { Code, Root, RootContent } from "mdast";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { parseInline } from "../parse.ts";
import { fail } from "../report.ts";
import { fenceKind, fenceOf } from "./fences.ts";
import { block, element, leaf, spaced, text } from "./hast.ts";

/** What came of a run of a sample: its output, or why there is none. */
export type Run =
  | {
      readonly kind: "ran";
      readonly output: string;
      readonly exitCode: number;
      readonly recorded: string | null;
      readonly recordedPath: string;
      readonly program: string;
    }
  | { readonly kind: "no-program"; readonly known: readonly string[] }
  | { readonly kind: "timed-out"; readonly seconds: number };

type Options = { readonly runs: ReadonlyMap<string, Run>; readonly columnsMax: number };

export function insertTranscripts(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, "code", (node, index, parent) => {
      if (!parent || index === undefined || fenceKind(node) !== "transcript") return;
      const output = outputOf(node, options, file);
      if (output !== null) parent.children[index] = transcript(node, output) as RootContent;
    });
  };
}

function outputOf(node: Code, options: Options, file: VFile): string | null {
  const { attributes } = fenceOf(node);
  const command = attributes.run ?? "";
  const run = options.runs.get(command);
  if (node.value.trim() !== "")
    fail(file, node, "transcript-empty-fence", {
      reason: "The fence of a transcript holds text of its own",
      found: node.value.split("\n")[0] ?? "",
      expected: "an empty fence: the build fills it",
    });
  if (!run || run.kind === "no-program") {
    fail(file, node, "transcript-program-exists", {
      reason: `No sample "${command.split(" ")[0]}"`,
      found: command.split(" ")[0] ?? "",
      known: run?.kind === "no-program" ? run.known : [],
    });
    return null;
  }
  if (run.kind === "timed-out") {
    fail(file, node, "transcript-exit", {
      reason: `"${command}" did not end within ${run.seconds} s`,
    });
    return null;
  }
  const mustFail = attributes["must-fail"] !== undefined;
  if ((run.exitCode !== 0) !== mustFail)
    fail(file, node, "transcript-exit", {
      reason: `"${command}" ended with code ${run.exitCode}`,
      found: run.output.split("\n").at(-1) ?? "",
      expected: mustFail ? "an error, since it must fail" : "code 0",
      other: `${run.program}:1`,
    });
  if (run.recorded === null)
    fail(file, node, "transcript-recorded", {
      reason: `What "${command}" prints is not recorded`,
      expected: `${run.recordedPath}, made by npm run sample -- ${command} --update`,
    });
  else if (run.recorded !== run.output)
    failDifference(node, command, run.output, run.recorded, run.recordedPath, file);
  run.output.split("\n").forEach((line, number) => {
    if (line.length > options.columnsMax)
      fail(file, node, "transcript-width", {
        reason: `Line ${number + 1} of the output is ${line.length} columns wide`,
        found: line,
        expected: `at most ${options.columnsMax}`,
        other: `${run.program}:1`,
      });
  });
  return run.output;
}

function failDifference(
  node: Code,
  command: string,
  output: string,
  recorded: string,
  path: string,
  file: VFile,
): void {
  const printed = output.split("\n");
  const lines = recorded.split("\n");
  const at = printed.findIndex((line, index) => line !== lines[index]);
  const index = at < 0 ? printed.length : at;
  fail(file, node, "transcript-matches", {
    reason: `"${command}" prints something else than is recorded, from line ${index + 1}`,
    found: printed[index] ?? "(the end)",
    expected: `"${lines[index] ?? "(the end)"}"`,
    other: `${path}:${index + 1}`,
  });
}

function transcript(node: Code, output: string) {
  const { attributes } = fenceOf(node);
  const shown = partOf(output, attributes.lines);
  const code = element("code", {}, [
    element("span", { className: ["command"] }, [
      text(`$ npm run sample -- ${attributes.run ?? ""}`),
    ]),
    text("\n"),
    element("span", { className: ["output"] }, [text(shown)]),
  ]);
  const pre = leaf("pre", {}, [code], node.position);
  const caption =
    attributes.caption === undefined
      ? []
      : [
          block(
            "figcaption",
            {},
            spaced([
              block(
                "span",
                { className: ["caption"] },
                parseInline(attributes.caption, node.position),
                node.position,
              ),
            ]),
            node.position,
          ),
        ];
  return block(
    "figure",
    { className: ["transcript"], dataRun: attributes.run ?? "" },
    [pre, ...caption],
    node.position,
  );
}

/** `1-12 30-34`: these lines, with … where lines are left out. */
function partOf(output: string, written: string | undefined): string {
  if (written === undefined) return output;
  const lines = output.split("\n");
  let next = 1;
  const shown: string[] = [];
  for (const range of written.split(/[\s,]+/).filter((part) => part !== "")) {
    const [from = 1, to = from] = range.split("-").map(Number);
    if (from > next) shown.push("…");
    shown.push(...lines.slice(from - 1, to));
    next = to + 1;
  }
  if (next <= lines.length) shown.push("…");
  return shown.join("\n");
}

/** Note ranges of `lines` that the output does not have. */
export function checkTranscriptLines(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, "code", (node: Code) => {
      const { attributes } = fenceOf(node);
      if (fenceKind(node) !== "transcript" || attributes.lines === undefined) return;
      const run = options.runs.get(attributes.run ?? "");
      const count = run?.kind === "ran" ? run.output.split("\n").length : Number.POSITIVE_INFINITY;
      let before = 0;
      for (const range of attributes.lines.split(/[\s,]+/).filter((part) => part !== "")) {
        const match = /^(\d+)(?:-(\d+))?$/.exec(range);
        const from = Number(match?.[1] ?? 0);
        const to = Number(match?.[2] ?? from);
        if (!match || from <= before || to < from || to > count)
          fail(file, node, "transcript-lines", {
            reason: "`lines` names lines that the output does not have",
            found: range,
            expected: `ranges in order within 1-${count}`,
          });
        before = to;
      }
    });
  };
}
