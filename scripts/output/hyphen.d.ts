/** The part we use of the package `hyphen`, which brings no types. */
declare module "hyphen/en-us/index.js" {
  type Options = { readonly minWordLength?: number; readonly hyphenChar?: string };
  const hyphen: { hyphenateSync(text: string, options?: Options): string };
  export default hyphen;
}
