/** The part of subset-font that is used here; the package brings no types. */
declare module "subset-font" {
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: {
      readonly targetFormat: "woff2";
      readonly keepFeatures: string[];
      readonly noHinting: boolean;
    },
  ): Promise<Buffer>;
}
