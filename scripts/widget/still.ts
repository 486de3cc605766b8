/** One state of a widget, drawn and written: what the build puts into pages. */
import type { AnyWidget } from "./contract.ts";
import { panelHtml, tableHtml } from "./markup.ts";
import { readState, writeState } from "./state.ts";

export type Still = {
  readonly svg: string;
  readonly title: string;
  readonly say: string;
  /** HTML text of the rows. */
  readonly table: string;
  /** HTML text of all that moves it. `ID` stands for the id of the figure. */
  readonly panel: string;
  readonly steps: number;
  /** The state in an address, without what is the default. */
  readonly query: string;
  readonly code: AnyWidget["code"];
  readonly running: { readonly listing: string; readonly line: string } | null;
  readonly hasHandles: boolean;
};

export const idPlace = "WIDGET-ID";

/** @throws Error  where the state that an author asks for does not exist */
export function stillOf(widget: AnyWidget, query: string): Still {
  for (const key of new URLSearchParams(query).keys())
    if (key !== "step" && !Object.hasOwn(widget.controls, key))
      throw new Error(`no control "${key}"; there are ${Object.keys(widget.controls).join(", ")}`);
  const state = readState(widget, query);
  const steps = widget.simulate(state.params);
  const step = steps[state.step];
  if (!step) throw new Error(`step ${state.step} of ${steps.length}, counted from 0`);
  return {
    svg: widget.view(step.state),
    title: widget.title,
    say: step.say,
    table: tableHtml(widget.table(step.state)),
    panel: panelHtml(widget, idPlace, state, steps.length),
    steps: steps.length,
    query: writeState(widget, state),
    code: widget.code,
    running: step.code,
    hasHandles: (widget.handles ?? []).length > 0,
  };
}
