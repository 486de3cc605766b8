/** The state of a widget in an address: `seed=7&loss=0.3&deeds=4.crash.n1_9.heal.&step=4`. Defaults are left out; what is unknown or out of range does no harm. Pure. */
import type { AnyWidget, Control, Deed, Preset } from "./contract.ts";

export type Params = { readonly [key: string]: number | string | boolean | readonly Deed[] };
export type WidgetState = { readonly params: Params; readonly step: number };

const deedsMax = 40;
const stepMax = 100_000;

export function defaultParams(widget: AnyWidget): Params {
  const entries = Object.entries(widget.controls as { [key: string]: Control });
  return Object.fromEntries(
    entries.map(([key, control]) => [key, control.kind === "deeds" ? [] : control.value]),
  );
}

/** @param query  text of an address, from anybody: keys that do not exist are ignored, numbers clamped */
export function readState(widget: AnyWidget, query: string): WidgetState {
  const asked = new URLSearchParams(query);
  const params: { [key: string]: Params[string] } = { ...defaultParams(widget) };
  for (const [key, control] of Object.entries(widget.controls as { [key: string]: Control })) {
    const text = asked.get(key);
    const value = text === null ? null : readValue(control, text);
    if (value !== null) params[key] = value;
  }
  const step = Number(asked.get("step") ?? 0);
  return { params, step: Number.isInteger(step) ? Math.min(Math.max(step, 0), stepMax) : 0 };
}

function readValue(control: Control, text: string): Params[string] | null {
  switch (control.kind) {
    case "number":
      return text.trim() === "" ? null : clamped(control, Number(text));
    case "choice":
      return Object.hasOwn(control.choices, text) ? text : null;
    case "switch":
      return text === "1" ? true : text === "0" ? false : null;
    case "deeds":
      return readDeeds(control, text);
  }
}

/** Within the limits and on the grid of a control; null for what is no number. */
export function clamped(
  control: Extract<Control, { kind: "number" }>,
  value: number,
): number | null {
  if (!Number.isFinite(value)) return null;
  const { min, max, step } = control;
  const onGrid = min + Math.round((value - min) / step) * step;
  return Number(Math.min(Math.max(onGrid, min), max).toFixed(6));
}

function readDeeds(control: Extract<Control, { kind: "deeds" }>, text: string): readonly Deed[] {
  const deeds = text.split("_").flatMap((one): Deed[] => {
    const [step, deed = "", target = ""] = one.split(".");
    const known = Object.hasOwn(control.deeds, deed) ? control.deeds[deed] : undefined;
    if (!known || !/^\d{1,5}$/.test(step ?? "")) return [];
    const fits = known.targets === undefined ? target === "" : known.targets.includes(target);
    return fits ? [{ step: Number(step), deed, target }] : [];
  });
  return deeds.slice(0, deedsMax).sort((one, other) => one.step - other.step);
}

export function writeState(widget: AnyWidget, { params, step }: WidgetState): string {
  const defaults = defaultParams(widget);
  const parts = Object.keys(widget.controls).flatMap((key) => {
    const text = writeValue(params[key]);
    return text === writeValue(defaults[key]) ? [] : [`${key}=${encodeURIComponent(text)}`];
  });
  return [...parts, ...(step > 0 ? [`step=${step}`] : [])].join("&");
}

function writeValue(value: Params[string] | undefined): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value === undefined || typeof value !== "object") return String(value ?? "");
  return value.map(({ step, deed, target }) => `${step}.${deed}.${target}`).join("_");
}

export function presetState(widget: AnyWidget, preset: Preset): WidgetState {
  return {
    params: { ...defaultParams(widget), ...(preset.params as Params) },
    step: preset.step ?? 0,
  };
}

/** The run with this done to it at the present step; what was done there before, or later, is forgotten. */
export function withDeed(params: Params, key: string, deed: Deed): Params {
  const before = params[key];
  const kept = Array.isArray(before) ? before.filter(({ step }) => step < deed.step) : [];
  return { ...params, [key]: [...kept, deed].slice(-deedsMax) };
}
