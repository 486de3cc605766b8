/** What the server of a preview tells a page that is open. */
import type { Mistake } from "../report.ts";

export type Change = {
  readonly kind: "change";
  /** The page's own text is another. */
  readonly page: boolean;
  readonly styles: boolean;
  /** Scripts are others that cannot be changed in a page that is open. */
  readonly scripts: boolean;
  /** Paths of scripts of widgets that are others, the core first. */
  readonly widgets: readonly string[];
};

export type Heard =
  | Change
  | { readonly kind: "hello"; readonly server: string }
  | { readonly kind: "mistakes"; readonly mistakes: readonly Mistake[] };
