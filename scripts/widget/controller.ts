/**
 * Makes the widgets of a page move. It runs in the browser, in the core script that all widgets of a page share: the markup
 * stands in the page already, the widget says how states are computed and drawn, and all that is kept here is the parameters,
 * the steps they give and which of them is the present one.
 */
import type { AnyWidget, Control, Deed, Handle, Step } from "./contract.ts";
import { numberWords, stepWords, tableHtml } from "./markup.ts";
import {
  clamped,
  presetState,
  readState,
  type WidgetState,
  withDeed,
  writeState,
} from "./state.ts";

type Mounted = {
  readonly figure: HTMLElement;
  readonly widget: AnyWidget;
  /** What the author wrote: where Reset leads. */
  readonly start: WidgetState;
  state: WidgetState;
  steps: readonly Step<unknown>[];
  playing: ReturnType<typeof setInterval> | null;
};

/** Told when the state changes: a deck's two windows show the same by it. `detail` is the state as in an address. */
export const changeEvent = "widget-change";
const playMs = 1000;

const known = new Map<string, AnyWidget>();
const mounted = new Map<HTMLElement, Mounted>();

export function register(widget: AnyWidget): void {
  known.set(widget.name, widget);
}

/** Wake the widgets below `root` when they come near the window; one that the address names, at once. */
export function mountAll(root: ParentNode = document): void {
  const figures = [...root.querySelectorAll<HTMLElement>("[data-widget]")];
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) {
          near.unobserve(target);
          mount(target as HTMLElement);
        }
    },
    { rootMargin: "600px" },
  );
  for (const figure of figures) near.observe(figure);
  window.addEventListener("hashchange", followAddress);
  followAddress();
}

/** `#fig-x?step=4`: show that state of that widget. */
function followAddress(event?: Event): void {
  const [id = "", query] = decoded(location.hash.slice(1)).split("?");
  if (query === undefined) return;
  const figure = document.getElementById(id);
  if (!figure?.matches("[data-widget]")) return;
  const one = mount(figure);
  if (!one) return;
  const wanted = readState(one.widget, query);
  if (writeState(one.widget, wanted) !== writeState(one.widget, one.state)) show(one, wanted);
  // A page that is loaded again, or gone back to, is put by the browser where its reader was.
  const [opened] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (event || opened?.type === "navigate") figure.scrollIntoView({ block: "start" });
}

/** The state is in the address, where it outlives the page. Not in a deck, whose address names the slide. */
function keepInAddress(one: Mounted): void {
  if (one.figure.closest(".reveal")) return;
  try {
    history.replaceState(history.state, "", hashOf(one));
  } catch {
    // Some browsers take so many a second and no more, as of a slider that is dragged.
  }
}

/** As it stands where somebody broke an escape. */
function decoded(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

export function mount(figure: HTMLElement): Mounted | null {
  const before = mounted.get(figure);
  const widget = known.get(figure.dataset.widget ?? "");
  if (before || !widget) return before ?? null;
  const start = readState(widget, figure.dataset.state ?? "");
  const one: Mounted = {
    figure,
    widget,
    start,
    state: start,
    steps: widget.simulate(start.params),
    playing: null,
  };
  mounted.set(figure, one);
  listen(one);
  drawHandles(one);
  centerLine(figure);
  figure.dataset.mounted = "";
  return one;
}

/** Put a widget into the state of an address, as the other window of a deck does; not announced again. */
export function setState(figure: HTMLElement, query: string): void {
  const one = mount(figure);
  if (one) show(one, readState(one.widget, query), { quiet: true });
}

// --- What the reader does -----------------------------------------------------------------------

function listen(one: Mounted): void {
  const { figure } = one;
  figure.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    if (button) press(one, button);
  });
  figure.addEventListener("input", (event) => change(one, event.target as HTMLInputElement));
  figure.addEventListener("keydown", (event) => keyOfHandle(one, event));
  figure.addEventListener("pointerdown", (event) => drag(one, event));
  figure.querySelector(".widget-code")?.addEventListener("toggle", () => centerLine(figure));
  figure.querySelector(".picture")?.addEventListener(
    "touchstart",
    (event) => {
      // A handle is drawn anew while it is dragged, and what its style says of touch goes with it: the frame would scroll along.
      if (handleOf(one, event.target)) event.preventDefault();
    },
    { passive: false },
  );
  document.addEventListener("visibilitychange", () => document.hidden && stop(one));
  new IntersectionObserver(([entry]) => entry?.isIntersecting === false && stop(one)).observe(
    figure,
  );
}

function press(one: Mounted, button: HTMLButtonElement): void {
  const { preset, deed, control = "", target = "" } = button.dataset;
  const deeds: { readonly [name: string]: () => void } = {
    back: () => goTo(one, one.state.step - 1),
    next: () => goTo(one, one.state.step + 1),
    play: () => (one.playing ? stop(one) : play(one)),
    reset: () => show(one, one.start),
    link: () => copyLink(one, button),
  };
  if (preset !== undefined) {
    const chosen = one.widget.presets[Number(preset)];
    if (chosen) show(one, presetState(one.widget, chosen));
  } else if (deed !== undefined) {
    const done: Deed = { step: one.state.step, deed, target };
    show(one, { ...one.state, params: withDeed(one.state.params, control, done) });
    goTo(one, one.state.step + 1);
  } else deeds[button.dataset.do ?? ""]?.();
}

function change(one: Mounted, input: HTMLInputElement | HTMLSelectElement): void {
  if (input.dataset.do === "scrub") goTo(one, Number(input.value));
  else if (input.name.endsWith("--guess")) reveal(one, Number(input.value));
  else changeControl(one, input);
}

function changeControl(one: Mounted, input: HTMLInputElement | HTMLSelectElement): void {
  const key = input.dataset.control;
  const control = key === undefined ? undefined : (one.widget.controls[key] as Control | undefined);
  if (!control || key === undefined) return;
  const value =
    control.kind === "switch"
      ? (input as HTMLInputElement).checked
      : control.kind === "number"
        ? Number(input.value)
        : input.value;
  show(one, { ...one.state, params: { ...one.state.params, [key]: value } });
}

function reveal(one: Mounted, guess: number): void {
  const { prediction } = one.widget;
  const place = one.figure.querySelector<HTMLElement>(".widget-because");
  if (!prediction || !place) return;
  const verdict = guess === prediction.answer ? "Yes." : "No.";
  place.textContent = `${verdict} ${prediction.because}`;
  place.hidden = false;
  announce(one, place.textContent);
}

async function copyLink(one: Mounted, button: HTMLButtonElement): Promise<void> {
  const link = `${location.href.split("#")[0]}${hashOf(one)}`;
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = "Copied";
  } catch {
    // No clipboard for pages of a folder: the address bar has it then.
    keepInAddress(one);
    button.textContent = "It is in the address bar";
  }
  announce(one, button.textContent);
  setTimeout(() => {
    button.textContent = words;
  }, 1600);
}

function hashOf({ figure, widget, state }: Mounted): string {
  return `#${figure.id}?${writeState(widget, state)}`;
}

// --- Time ------------------------------------------------------------------------------------------

function goTo(one: Mounted, step: number): void {
  show(one, { ...one.state, step });
}

function play(one: Mounted): void {
  if (one.state.step >= one.steps.length - 1) goTo(one, 0);
  one.playing = setInterval(() => {
    if (one.state.step >= one.steps.length - 1) stop(one);
    else show(one, { ...one.state, step: one.state.step + 1 }, { playing: true });
  }, playMs);
  nameOfPlay(one, "Pause");
}

function stop(one: Mounted): void {
  if (!one.playing) return;
  clearInterval(one.playing);
  one.playing = null;
  nameOfPlay(one, "Play");
  keepInAddress(one);
}

function nameOfPlay({ figure }: Mounted, name: string): void {
  const button = figure.querySelector('[data-do="play"]');
  if (button) button.textContent = name;
}

// --- What the reader sees ------------------------------------------------------------------------

type How = { readonly quiet?: boolean; readonly playing?: boolean };

/** Make a state the present one: compute where parameters changed, draw, tell. */
function show(one: Mounted, wanted: WidgetState, how: How = {}): void {
  if (!how.playing) stop(one);
  if (wanted.params !== one.state.params) one.steps = one.widget.simulate(wanted.params);
  const last = one.steps.length - 1;
  one.state = { params: wanted.params, step: Math.min(Math.max(wanted.step, 0), last) };
  const step = one.steps[one.state.step];
  if (!step) return;
  draw(one, step);
  writeControls(one);
  if (how.quiet) return;
  if (!how.playing) {
    announce(one, step.say);
    keepInAddress(one);
  }
  const detail = writeState(one.widget, one.state);
  one.figure.dispatchEvent(new CustomEvent(changeEvent, { bubbles: true, detail }));
}

function draw(one: Mounted, step: Step<unknown>): void {
  const { figure, widget } = one;
  const picture = figure.querySelector<HTMLElement>(".picture");
  const focused = (document.activeElement as SVGElement | null)?.dataset?.handle;
  if (picture) {
    picture.innerHTML = widget.view(step.state);
    picture.firstElementChild?.setAttribute("aria-hidden", "true");
    if (picture.getAttribute("role") === "img") picture.setAttribute("aria-label", step.say);
  }
  drawHandles(one);
  if (focused) figure.querySelector<SVGElement>(`[data-handle="${focused}"]`)?.focus();
  setText(figure, ".widget-say", step.say);
  const table = figure.querySelector(".widget-state table");
  if (table) table.innerHTML = tableHtml(widget.table(step.state));
  showCode(one, step.code);
}

function showCode({ figure }: Mounted, code: Step<unknown>["code"]): void {
  for (const listing of figure.querySelectorAll<HTMLElement>("[data-listing]")) {
    listing.hidden = listing.dataset.listing !== code?.listing;
    for (const line of listing.querySelectorAll(".line"))
      line.classList.toggle(
        "running",
        !listing.hidden && (line.textContent ?? "").includes(code?.line ?? "\n"),
      );
  }
  const none = figure.querySelector<HTMLElement>(".widget-no-code");
  if (none) none.hidden = code !== null;
  centerLine(figure);
}

/** The frame of the code keeps its height, so that nothing below it moves; its marked line is in the middle. */
function centerLine(figure: HTMLElement): void {
  const frame = figure.querySelector<HTMLElement>(".widget-listings");
  const line = frame?.querySelector<HTMLElement>("[data-listing]:not([hidden]) .line.running");
  if (!frame || !line) return;
  const [outer, inner] = [frame.getBoundingClientRect(), line.getBoundingClientRect()];
  frame.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}

function writeControls({ figure, widget, state, steps }: Mounted): void {
  const scrub = figure.querySelector<HTMLInputElement>('[data-do="scrub"]');
  if (scrub) {
    scrub.max = String(steps.length - 1);
    scrub.value = String(state.step);
    scrub.setAttribute("aria-valuetext", stepWords(state.step, steps.length));
    setText(figure, ".widget-steps output", stepWords(state.step, steps.length));
  }
  for (const [name, isOver] of [
    ["back", state.step === 0],
    ["next", state.step === steps.length - 1],
  ] as const)
    figure.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-disabled", String(isOver));
  for (const input of figure.querySelectorAll<HTMLInputElement>(
    "input[data-control], select[data-control]",
  )) {
    const key = input.dataset.control ?? "";
    const control = widget.controls[key] as Control;
    const value = state.params[key];
    if (control.kind === "switch") input.checked = value === true;
    else input.value = String(value);
    if (control.kind !== "number") continue;
    const words = numberWords(control, Number(value));
    input.setAttribute("aria-valuetext", words);
    const output = input.closest(".widget-number")?.querySelector("output");
    if (output) output.textContent = words;
  }
}

/** One sentence a deed of the reader; silent while playing. */
function announce({ figure }: Mounted, words: string): void {
  setText(figure, ".widget-status", words);
}

function setText(figure: HTMLElement, selector: string, words: string): void {
  const place = figure.querySelector(selector);
  if (place) place.textContent = words;
}

// --- Handles in the picture ----------------------------------------------------------------------

const svgNamespace = "http://www.w3.org/2000/svg";

/** A handle is a slider for the keyboard too, and its control below has buttons of its own for a single click. */
function drawHandles(one: Mounted): void {
  const svg = one.figure.querySelector(".picture svg");
  const step = one.steps[one.state.step];
  if (!svg || !step) return;
  for (const handle of (one.widget.handles ?? []) as readonly Handle<unknown>[]) {
    const control = one.widget.controls[handle.control] as Control;
    if (control.kind !== "number") continue;
    const [x, y] = handle.at(step.state);
    const value = Number(one.state.params[handle.control]);
    const knob = document.createElementNS(svgNamespace, "circle");
    const attributes = {
      class: "handle",
      cx: x,
      cy: y,
      r: 12,
      tabindex: 0,
      role: "slider",
      "aria-label": control.label,
      "aria-valuemin": control.min,
      "aria-valuemax": control.max,
      "aria-valuenow": value,
      "aria-valuetext": numberWords(control, value),
      "data-handle": handle.control,
    };
    for (const [name, text] of Object.entries(attributes)) knob.setAttribute(name, String(text));
    svg.append(knob);
  }
  if ((one.widget.handles ?? []).length > 0) svg.removeAttribute("aria-hidden");
}

function handleOf(one: Mounted, target: EventTarget | null): Handle<unknown> | undefined {
  const name = (target as SVGElement | null)?.dataset?.handle;
  return (one.widget.handles ?? []).find((handle: Handle<unknown>) => handle.control === name);
}

function setControl(one: Mounted, key: string, value: number): void {
  const control = one.widget.controls[key] as Extract<Control, { kind: "number" }>;
  const params = { ...one.state.params, [key]: clamped(control, value) ?? control.value };
  show(one, { ...one.state, params });
}

function keyOfHandle(one: Mounted, event: KeyboardEvent): void {
  const handle = handleOf(one, event.target);
  if (!handle) return;
  const control = one.widget.controls[handle.control] as Extract<Control, { kind: "number" }>;
  const value = Number(one.state.params[handle.control]);
  const moves: { readonly [key: string]: number } = {
    ArrowRight: value + control.step,
    ArrowUp: value + control.step,
    ArrowLeft: value - control.step,
    ArrowDown: value - control.step,
    PageUp: value + 10 * control.step,
    PageDown: value - 10 * control.step,
    Home: control.min,
    End: control.max,
  };
  const next = moves[event.key];
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  setControl(one, handle.control, next);
}

/** The pointer is asked anew where the picture stands at each move, so that a slide that is scaled does no harm. */
function drag(one: Mounted, event: PointerEvent): void {
  const handle = handleOf(one, event.target);
  const picture = one.figure.querySelector<HTMLElement>(".picture");
  if (!handle || !picture || event.button !== 0) return;
  event.preventDefault();
  picture.setPointerCapture(event.pointerId);
  const move = ({ clientX, clientY }: PointerEvent) => {
    const matrix = picture.querySelector("svg")?.getScreenCTM()?.inverse();
    const step = one.steps[one.state.step];
    if (!matrix || !step) return;
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix);
    setControl(one, handle.control, handle.valueAt(x, y, step.state));
  };
  const end = () => {
    picture.removeEventListener("pointermove", move);
    picture.removeEventListener("pointerup", end);
    picture.removeEventListener("pointercancel", end);
  };
  picture.addEventListener("pointermove", move);
  picture.addEventListener("pointerup", end);
  picture.addEventListener("pointercancel", end);
}
