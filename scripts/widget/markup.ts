/**
 * What stands round the picture of a widget, as HTML text: the build writes it into the page, so that nothing moves when the
 * script comes, and the controller writes the parts that change with the same functions. Pure: no DOM.
 */
import { escapeAttribute } from "../escape.ts";
import type { AnyWidget, Control, Table } from "./contract.ts";
import type { WidgetState } from "./state.ts";

export function panelHtml(widget: AnyWidget, id: string, state: WidgetState, steps: number) {
  return [
    steps > 1 ? stepsHtml(id, state.step, steps) : "",
    predictionHtml(widget, id),
    presetsHtml(widget),
    controlsHtml(widget, id, state),
    `<div class="widget-tools"><button type="button" data-do="reset">Reset</button><button type="button" data-do="link">Copy link</button></div>`,
  ].join("");
}

function stepsHtml(id: string, step: number, steps: number): string {
  const button = (deed: string, name: string) =>
    `<button type="button" data-do="${deed}">${name}</button>`;
  return [
    `<div class="widget-steps" role="group" aria-label="Steps">`,
    button("back", "Back"),
    button("next", "Next"),
    button("play", "Play"),
    `<input type="range" id="${id}--step" data-do="scrub" min="0" max="${steps - 1}" value="${step}" aria-label="Step">`,
    `<output for="${id}--step">${stepWords(step, steps)}</output>`,
    "</div>",
  ].join("");
}

export function stepWords(step: number, steps: number): string {
  return `${step + 1} of ${steps}`;
}

function predictionHtml(widget: AnyWidget, id: string): string {
  const { prediction } = widget;
  if (!prediction) return "";
  const choices = prediction.choices.map(
    (choice, index) =>
      `<label><input type="radio" name="${id}--guess" value="${index}"> ${escapeAttribute(choice)}</label>`,
  );
  return `<fieldset class="widget-guess"><legend>${escapeAttribute(prediction.question)}</legend>${choices.join("")}<p class="widget-because" hidden></p></fieldset>`;
}

function presetsHtml(widget: AnyWidget): string {
  if (widget.presets.length === 0) return "";
  const buttons = widget.presets.map(
    ({ label }, index) =>
      `<button type="button" data-preset="${index}">${escapeAttribute(label)}</button>`,
  );
  return `<div class="widget-presets" role="group" aria-label="Presets">${buttons.join("")}</div>`;
}

function controlsHtml(widget: AnyWidget, id: string, { params }: WidgetState): string {
  const controls = Object.entries(widget.controls as { [key: string]: Control });
  const written = controls.map(([key, control]) =>
    controlHtml(`${id}--${key}`, key, control, params[key]),
  );
  return written.length > 0 ? `<div class="widget-controls">${written.join("")}</div>` : "";
}

function controlHtml(id: string, key: string, control: Control, value: unknown): string {
  const label = escapeAttribute(control.label);
  const data = `data-control="${key}"`;
  if (control.kind === "switch")
    return `<label class="switch"><input type="checkbox" ${data}${value === true ? " checked" : ""}> ${label}</label>`;
  if (control.kind === "choice") {
    const options = Object.entries(control.choices).map(
      ([name, words]) =>
        `<option value="${escapeAttribute(name)}"${name === value ? " selected" : ""}>${escapeAttribute(words)}</option>`,
    );
    return `<label>${label} <select ${data}>${options.join("")}</select></label>`;
  }
  if (control.kind === "number") {
    const { min, max, step } = control;
    return `<div class="widget-number"><label for="${id}">${label}</label> <input type="range" id="${id}" ${data} min="${min}" max="${max}" step="${step}" value="${Number(value)}"> <output for="${id}">${numberWords(control, Number(value))}</output></div>`;
  }
  const rows = Object.entries(control.deeds).map(([deed, { label: words, targets }]) => {
    const button = (target: string, name: string, shown: string) =>
      `<button type="button" ${data} data-deed="${deed}" data-target="${escapeAttribute(target)}" aria-label="${escapeAttribute(name)}">${escapeAttribute(shown)}</button>`;
    if (!targets) return button("", words, words);
    const buttons = targets.map((target) => button(target, `${words} ${target}`, target));
    return `<div class="widget-deed"><span aria-hidden="true">${escapeAttribute(words)}</span>${buttons.join("")}</div>`;
  });
  return `<div class="widget-deeds" role="group" aria-label="${label}">${rows.join("")}</div>`;
}

export function numberWords(control: Extract<Control, { kind: "number" }>, value: number): string {
  if (!control.unit) return String(value);
  return /^[°%]/.test(control.unit) ? `${value}${control.unit}` : `${value} ${control.unit}`;
}

export function tableHtml({ head, rows }: Table): string {
  const cell = (value: string | number) => `<td>${escapeAttribute(String(value))}</td>`;
  const first = (value: string | number | undefined) =>
    `<th scope="row">${escapeAttribute(String(value ?? ""))}</th>`;
  const heads = head.map((words) => `<th scope="col">${escapeAttribute(words)}</th>`).join("");
  const body = rows.map(([name, ...rest]) => `<tr>${first(name)}${rest.map(cell).join("")}</tr>`);
  return `<thead><tr>${heads}</tr></thead><tbody>${body.join("")}</tbody>`;
}
