/** The part of citeproc-js that is used here; the package brings no types. */
declare module "citeproc" {
  type Sys = { retrieveLocale(language: string): string; retrieveItem(id: string): unknown };
  class Engine {
    constructor(sys: Sys, style: string);
    setOutputFormat(format: "html" | "text"): void;
    updateItems(ids: readonly string[]): void;
    makeCitationCluster(items: readonly { id: string; suffix?: string }[]): string;
    makeBibliography(): [{ entry_ids: [string][] }, string[]];
  }
  const CSL: { Engine: typeof Engine };
  export default CSL;
}
