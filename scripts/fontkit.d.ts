/** The part of fontkit that is used here; the package brings no types. */
declare module "fontkit" {
  type Path = {
    toSVG(): string;
    scale(x: number, y?: number): Path;
    translate(x: number, y: number): Path;
  };
  type Run = {
    readonly glyphs: readonly { readonly path: Path }[];
    /** Font units; `unitsPerEm` of them are one em. */
    readonly positions: readonly { readonly xAdvance: number; readonly xOffset: number }[];
    readonly advanceWidth: number;
  };
  type Font = {
    readonly characterSet: readonly number[];
    readonly availableFeatures: readonly string[];
    readonly directory: { readonly tables: Readonly<Record<string, unknown>> };
    readonly unitsPerEm: number;
    layout(text: string): Run;
  };
  export function openSync(path: string): Font;
  export function create(bytes: Buffer): Font;
}
