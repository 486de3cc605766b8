/** One history for each guarantee of a session, as the checker breaks it. */
import {
  type HistoryName,
  historyNamed,
  verdictOf,
} from "../code/consistency/histories.scenario.ts";
import { drawHistory, operationText } from "../code/kernel/picture.ts";
import { checkSession, type Guarantee } from "../code/kernel/sessions.ts";
import { element, label, svg } from "./draw.ts";

export const program = "consistency/histories";
export const seed = 7;

const strips: readonly (readonly [Guarantee, HistoryName, string])[] = [
  ["read-your-writes", "one's own post is gone", "Read your writes"],
  ["monotonic-reads", "back in time", "Monotonic reads"],
  ["monotonic-writes", "an edit undone", "Monotonic writes"],
  ["writes-follow-reads", "a reply filed before the post", "Writes follow reads"],
];

export function draw(): string {
  let top = 0;
  const drawn = strips.map(([guarantee, name, title]) => {
    const history = historyNamed(name);
    if (verdictOf(guarantee, history) !== "illegal") throw new Error(`${name} keeps ${guarantee}`);
    const found = checkSession(guarantee, history, ({ args, result }) =>
      Number(args.value ?? result?.value ?? 0),
    );
    const marked = found.verdict === "illegal" ? [found.later] : [];
    const picture = drawHistory(history, { marked, isEven: true, label: operationText });
    const height = Number(/viewBox="0 0 \S+ (\S+)"/.exec(picture)?.[1]);
    const inner = picture.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    const strip = element(
      "g",
      { transform: `translate(0 ${top})` },
      label(0, 12, `${title}: broken`, { class: "label-strong" }),
      element("g", { transform: "translate(0 14)" }, inner),
    );
    top += height + 26;
    return strip;
  });
  return svg(456, top - 8, ...drawn);
}
