/** What the server of a preview tells a page that is open. */
import type { Mistake } from "../report.ts";

export type Change = {
  readonly kind: "change";
  /** The page's own text is another. */
  readonly page: boolean;
  readonly styles: boolean;
  /** Faces have other characters. */
  readonly fonts: boolean;
  /** Scripts are others that cannot be changed in a page that is open. */
  readonly scripts: boolean;
  /** Paths of scripts of widgets that are others, the core first. */
  readonly widgets: readonly string[];
};

/** A section of the page's text is another, and nothing else that this page shows. */
export type Part = {
  readonly kind: "part";
  /** Ids of the heads of this section and of the next; null at the beginning and at the end of the text. */
  readonly from: string | null;
  readonly to: string | null;
  readonly html: string;
};

export type Heard =
  | Change
  | Part
  | { readonly kind: "hello"; readonly server: string }
  | { readonly kind: "mistakes"; readonly mistakes: readonly Mistake[] };
