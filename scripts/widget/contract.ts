/**
 * What a widget is: an interactive figure whose every state is a run of code/. A folder `figures/<name>/` has `simulate.ts` (parameters
 * → steps), `view.ts` (state → SVG, table) and `widget.ts`, whose default export is a `Widget`. All of it is pure: the build draws the still picture of
 * paper with the same functions that move on the screen, and the controller (`controller.ts`) knows nothing of the matter.
 */

export type Control =
  | {
      readonly kind: "number";
      readonly label: string;
      readonly unit?: string;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly value: number;
    }
  | {
      readonly kind: "choice";
      readonly label: string;
      /** Name in the address → words on the screen. */
      readonly choices: { readonly [value: string]: string };
      readonly value: string;
    }
  | { readonly kind: "switch"; readonly label: string; readonly value: boolean }
  | {
      readonly kind: "deeds";
      readonly label: string;
      /** What can be done to a run at the present step: name in the address → words, and to whom. */
      readonly deeds: {
        readonly [deed: string]: { readonly label: string; readonly targets?: readonly string[] };
      };
    };

export type Controls = { readonly [key: string]: Control };

/** Done to the run when this step is the present; what came after it in the old run is forgotten. */
export type Deed = { readonly step: number; readonly deed: string; readonly target: string };

export type ValueOf<C extends Control> = C extends { kind: "number" }
  ? number
  : C extends { kind: "switch" }
    ? boolean
    : C extends { kind: "deeds" }
      ? readonly Deed[]
      : string;

export type ParamsOf<C extends Controls> = { readonly [K in keyof C]: ValueOf<C[K]> };

export type Step<S> = {
  /** What has just happened, in one sentence: "n2 votes for n1." It is read aloud. */
  readonly say: string;
  readonly state: S;
  /** The region of `code` that runs here, and a piece of text that stands in exactly one of its lines; null where none of them runs. */
  readonly code: { readonly listing: string; readonly line: string } | null;
};

/** The state as text: what a reader of the screen hears, and what tests compare with the simulation. */
export type Table = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
};

export type Preset<C extends Controls = Controls> = {
  readonly label: string;
  readonly params: Partial<ParamsOf<C>>;
  /** 0 unless given. */
  readonly step?: number;
};

/** A question with two to four choices, asked before the reader moves on. */
export type Prediction = {
  readonly question: string;
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly answer: number;
  /** Why; shown once the reader has chosen, whatever was chosen. */
  readonly because: string;
};

/** A point of the picture that can be dragged: it sets the number control of its name, which is its other way. */
export type Handle<S> = {
  readonly control: string;
  readonly at: (state: S) => readonly [x: number, y: number];
  /** Value for a point of the picture; clamped afterwards. */
  readonly valueAt: (x: number, y: number, state: S) => number;
};

export type Widget<C extends Controls = Controls, S = unknown> = {
  /** Of its folder. */
  readonly name: string;
  readonly title: string;
  readonly controls: C;
  /** Two to four extremes that have a name. */
  readonly presets: readonly Preset<C>[];
  readonly prediction: Prediction | null;
  /** Regions of code/ that are shown beside the run. */
  readonly code: { readonly [listing: string]: { readonly file: string; readonly region: string } };
  /** A run, as steps that mean something; at least one. Same parameters, same steps. */
  readonly simulate: (params: ParamsOf<C>) => readonly Step<S>[];
  /** The whole picture, one `<svg>` with a viewBox that is the same at each step. */
  readonly view: (state: S) => string;
  readonly table: (state: S) => Table;
  readonly handles?: readonly Handle<S>[];
};

/** Keeps the types of controls and state together; at run time it hands back what it is given. */
export function widget<const C extends Controls, S>(definition: Widget<C, S>): Widget<C, S> {
  return definition;
}

/** A widget whose own types do not matter to the one who holds it. */
// biome-ignore lint/suspicious/noExplicitAny: its parts are only handed to each other
export type AnyWidget = Widget<any, any>;
