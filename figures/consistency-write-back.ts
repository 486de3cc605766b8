/** Two reads during a slow write, without the write-back and with it. */
import { abd } from "../code/abd/abd.ts";
import { noWriteBack } from "../code/abd/broken.ts";
import { registers } from "../code/abd/cluster.scenario.ts";
import { inversion } from "../code/abd/inversion.scenario.ts";
import { paperOptions, type State } from "../code/abd/state.ts";
import { checkLinearizable } from "../code/kernel/linearizable.ts";
import type { Node } from "../code/kernel/node.ts";
import { drawHistory } from "../code/kernel/picture.ts";
import { element, label, rect, svg } from "./draw.ts";

export const program = "abd";
export const seed = 7;

export function draw(): string {
  const first = panel("A read keeps what it found", noWriteBack(paperOptions), 0);
  const second = panel("A read gives it to a majority first", abd(paperOptions), first.bottom + 20);
  return svg(456, second.bottom, first.drawn, second.drawn);
}

function panel(title: string, node: Node<State>, top: number) {
  const { history, between } = inversion(node, seed);
  const found = checkLinearizable(registers, history);
  const marked = found.verdict === "illegal" ? found.counterExample.unplaced : [];
  const picture = drawHistory(history, { marked, isEven: true });
  const height = Number(/viewBox="0 0 \S+ (\S+)"/.exec(picture)?.[1]);
  const inner = picture.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  const held = Object.entries(between).flatMap(([id, value], nth) => {
    const x = 232 + nth * 76;
    const isNew = value === 2;
    return [
      rect(x, height + 20, 62, 20, {
        class: isNew ? "fill-field stroke-green" : "fill-paper stroke-quiet",
        "stroke-width": isNew ? 1.8 : 1,
        rx: 3,
      }),
      label(x + 31, height + 34, `${id}: ${value}`, { "text-anchor": "middle" }),
    ];
  });
  return {
    bottom: top + height + 44,
    drawn: element(
      "g",
      { transform: `translate(0 ${top})` },
      label(0, 11, title, { class: "label-strong" }),
      element("g", { transform: "translate(0 14)" }, inner),
      label(0, height + 34, "held between the two reads", { class: "label-quiet" }),
      ...held,
    ),
  };
}
