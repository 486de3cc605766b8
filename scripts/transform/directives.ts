/** Which directives and attributes exist, and in which form: everything else is a misspelling and says so. */
import type { Root, Text } from "mdast";
import type {
  ContainerDirective,
  Directives,
  LeafDirective,
  TextDirective,
} from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Node } from "unist";
import { SKIP, visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";

type Attribute = {
  readonly required?: boolean;
  readonly form?: RegExp;
  readonly values?: readonly string[];
  readonly expected?: string;
};
type Directive = {
  readonly form: "container" | "text" | "leaf" | "container or text";
  readonly id?: "required" | "optional";
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Takes attributes beside these, which somebody else checks. */
  readonly open?: boolean;
};

const title: Attribute = { form: /\S/, expected: "a title" };
const minutes: Attribute = { form: /^\d+m$/, expected: "minutes, as in 8m" };
const idForm = /^[a-z][a-z0-9-]*$/;

/** The language of chapters. Decks add a few of their own. */
export const chapterDirectives: Readonly<Record<string, Directive>> = {
  figure: {
    form: "container",
    id: "required",
    attributes: { src: { form: /\S/ }, alt: { form: /\S/, expected: "a text alternative" } },
  },
  // Its other attributes are controls of the widget, which knows them.
  widget: {
    form: "container",
    id: "required",
    open: true,
    attributes: {
      name: { required: true, form: /^[a-z][a-z0-9-]*$/, expected: "a folder of figures/" },
      step: { form: /^\d+$/, expected: "a step, counted from 0" },
      "print-step": { form: /^\d+$/, expected: "a step, counted from 0" },
    },
  },
  table: { form: "container", id: "required" },
  callouts: { form: "container" },
  aside: { form: "container" },
  framework: {
    form: "container",
    id: "required",
    attributes: { title: { ...title, required: true } },
  },
  incident: {
    form: "container",
    id: "required",
    attributes: {
      title: { ...title, required: true },
      date: { required: true, form: /^\d{4}-\d{2}(-\d{2})?$/, expected: "a date as in 2015-09-20" },
      duration: { form: /\S/ },
      source: { required: true, form: /\S/ },
    },
  },
  "when-not": { form: "container", id: "optional", attributes: { title } },
  "in-production": { form: "container", id: "optional", attributes: { title } },
  ladder: { form: "container", id: "optional", attributes: { title } },
  brief: { form: "container", id: "optional", attributes: { title } },
  exercise: {
    form: "container",
    id: "required",
    attributes: {
      title,
      time: minutes,
      kind: { values: ["predict", "compute", "break", "design"] },
    },
  },
  hint: { form: "container" },
  solution: { form: "container" },
  only: {
    form: "container or text",
    attributes: {
      edition: { form: /\S/ },
      format: { form: /^(pdf|epub|html)(,\s*(pdf|epub|html))*$/, expected: "pdf, epub or html" },
    },
  },
  ref: { form: "text" },
  cite: { form: "text", attributes: { p: { form: /\S/ } } },
  index: {
    form: "text",
    attributes: {
      term: { form: /[^\s>]/, expected: "a term of the index" },
      see: { form: /\S/ },
      "see-also": { form: /\S/ },
      range: { values: ["start", "end"] },
    },
  },
  term: {
    form: "text",
    attributes: {
      def: { required: true, form: /\S/, expected: "one sentence that defines the term" },
    },
  },
};

type Options = { readonly directives: Readonly<Record<string, Directive>> };

/** Note every directive that is not of the language; turn a colon before a plain word back into text. */
export function checkDirectives(options: Options) {
  return (tree: Root, file: VFile): void => {
    const source = String(file.value).split("\n");
    visit(tree, (node, index, parent) => {
      if (!isDirective(node)) return;
      const known = options.directives[node.name];
      if (node.type === "textDirective" && !known && node.children.length === 0 && isBare(node)) {
        // `10:00` or `a:b`: a colon in prose, not a directive. Unknown names with a label or attributes are misspellings.
        const text: Text = { type: "text", value: `:${node.name}` };
        if (node.position) text.position = node.position;
        if (parent && index !== undefined) parent.children[index] = text;
        return;
      }
      if (!known) {
        fail(file, node, "directive-known", {
          reason: `Unknown directive "${node.name}"`,
          found: node.name,
          known: Object.keys(options.directives),
        });
        return;
      }
      const form = node.type.replace("Directive", "");
      if (!known.form.split(" or ").includes(form)) {
        fail(file, node, "directive-form", {
          reason: `Directive "${node.name}" is written in another form`,
          found: colons(form),
          expected: `${colons(known.form)} (${known.form} directive)`,
        });
        return SKIP;
      }
      if (form === "container") checkClosed(node as ContainerDirective, source, file);
      checkAttributes(node, known, file);
      return;
    });
    joinTexts(tree);
  };
}

/** A colon that became text again stands between two texts: the three are one, as the author wrote them. */
function joinTexts(tree: Root): void {
  visit(tree, (node) => {
    if (!("children" in node)) return;
    const children = node.children as Node[];
    for (let index = children.length - 1; index > 0; index--) {
      const before = children[index - 1] as Text | undefined;
      const after = children[index] as Text | undefined;
      if (before?.type !== "text" || after?.type !== "text") continue;
      before.value += after.value;
      if (before.position && after.position)
        before.position = { start: before.position.start, end: after.position.end };
      children.splice(index, 1);
    }
  });
}

export function isDirective(node: { type: string }): node is Directives {
  return (
    node.type === "containerDirective" ||
    node.type === "leafDirective" ||
    node.type === "textDirective"
  );
}

function isBare(node: TextDirective | LeafDirective | ContainerDirective): boolean {
  return Object.keys(node.attributes ?? {}).length === 0;
}

function colons(form: string): string {
  return form === "container" ? ":::" : form === "leaf" ? "::" : ":";
}

/** remark-directive closes an open container at the end of the file without a word. */
function checkClosed(node: ContainerDirective, source: readonly string[], file: VFile): void {
  const end = node.position?.end;
  if (end && !/^[\s>]*:{3,}\s*$/.test(source[end.line - 1] ?? ""))
    fail(file, node, "container-closed", {
      reason: `Container ":::${node.name}" is never closed`,
      expected:
        "a line of as many colons as the one that opens it; an outer container has more than those in it",
    });
}

function checkAttributes(node: Directives, known: Directive, file: VFile): void {
  const written = node.attributes ?? {};
  const attributes = known.attributes ?? {};
  const names = [...(known.id ? ["id"] : []), ...Object.keys(attributes)];
  for (const [name, value] of Object.entries(written)) {
    if (name === "id" && known.id) {
      if (!idForm.test(value ?? ""))
        fail(file, node, "id-form", {
          reason: `An id has another form`,
          found: value ?? "",
          expected: "lower-case letters, digits and hyphens, a letter first",
        });
      continue;
    }
    const attribute = attributes[name];
    if (!attribute && known.open) continue;
    if (!attribute) {
      fail(file, node, "attribute-known", {
        reason: `Unknown attribute "${name}" of "${node.name}"`,
        found: name,
        known: names,
      });
    } else if (attribute.values && !attribute.values.includes(value ?? "")) {
      fail(file, node, "attribute-value", {
        reason: `Attribute "${name}" of "${node.name}" has a value it cannot have`,
        found: value ?? "",
        known: attribute.values,
      });
    } else if (attribute.form && !attribute.form.test(value ?? "")) {
      fail(file, node, "attribute-value", {
        reason: `Attribute "${name}" of "${node.name}" has a value it cannot have`,
        found: value ?? "",
        expected: attribute.expected ?? "a value",
      });
    }
  }
  if (known.id === "required" && !written.id)
    fail(file, node, "attribute-required", {
      reason: `Directive "${node.name}" needs an id`,
      expected: `{#${node.name === "figure" ? "fig" : node.name}-…}`,
    });
  for (const [name, attribute] of Object.entries(attributes))
    if (attribute.required && written[name] === undefined)
      fail(file, node, "attribute-required", {
        reason: `Directive "${node.name}" needs the attribute "${name}"`,
        expected: `${name}="${attribute.expected ?? "…"}"`,
      });
  const needsLabel = ["ref", "cite", "term"].includes(node.name);
  if (needsLabel && textOf(node).trim() === "")
    fail(file, node, "block-content", {
      reason: `Directive "${node.name}" names nothing`,
      expected: `:${node.name}[…]`,
    });
  if (node.name === "index" && textOf(node).trim() === "" && !written.term)
    fail(file, node, "block-content", {
      reason: "An index mark names no term",
      expected: ':index[words] or :index{term="…"}',
    });
}
