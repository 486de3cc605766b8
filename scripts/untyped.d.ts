/** The parts we use of packages that bring no types. */

declare module "fontkit" {
  type Font = {
    readonly characterSet: readonly number[];
    readonly availableFeatures: readonly string[];
    readonly directory: { readonly tables: Readonly<Record<string, unknown>> };
  };
  export function openSync(path: string): Font;
  export function create(bytes: Buffer): Font;
}

declare module "subset-font" {
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: { readonly targetFormat: "woff2" },
  ): Promise<Buffer>;
}
