/**
 * `:::widget` -> a figure with two pictures of one run: the live one for the screen, with everything that moves it already in
 * the page, and the still one at `print-step` for paper and EPUB.
 */
import type { Element, ElementContent } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toString as textOf } from "hast-util-to-string";
import type { Paragraph, Root, RootContent } from "mdast";
import type { ContainerDirective, LeafDirective } from "mdast-util-directive";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import type { Highlight } from "../highlight.ts";
import { fail } from "../report.ts";
import type { Sources } from "../sources.ts";
import { elements, hasClass, property } from "../tree.ts";
import { idPlace, type Still } from "../widget/still.ts";
import type { Picture } from "./figures.ts";
import { block, element, leaf, spaced, text } from "./hast.ts";
import { codeLines } from "./listings.ts";

type Options = {
  readonly sources: Pick<Sources, "region">;
  readonly highlight: Highlight;
  /** By `widgetKey`. */
  readonly pictures: ReadonlyMap<string, Picture>;
};

const stillFormats = "pdf,epub";
/** Attributes of the directive that are no controls of the widget. */
const own = new Set(["id", "name", "step", "print-step"]);

/** Where the picture of a widget's state is found: its program, and the state as in an address. */
export function widgetKey(node: ContainerDirective, at: "step" | "print-step"): string {
  const attributes = node.attributes ?? {};
  const query = Object.entries(attributes)
    .filter(([key, value]) => !own.has(key) && value)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  const step = attributes[at] ?? attributes.step ?? "0";
  return `figures/${attributes.name ?? ""}/widget.ts?${[...query, `step=${step}`].join("&")}`;
}

/** The program of such a key; that of any other picture is its path. */
export function fileOfKey(key: string): string {
  return key.split("?")[0] ?? key;
}

/**
 * The picture with which an include on a slide begins: the state that it names, or that of the chapter.
 *
 * @param widgets  key of a picture by id of figure
 * @returns null where the figure is no widget
 */
export function includeKey(
  { attributes }: LeafDirective,
  widgets: ReadonlyMap<string, string>,
): string | null {
  const own = widgets.get((attributes?.ref ?? "").split("#")[1] ?? "");
  if (own === undefined) return null;
  return attributes?.state ? `${fileOfKey(own)}?${attributes.state}` : own;
}

const folded = ["widget-panel", "widget-state", "widget-code"];

/** What is folded up beside a widget, and its still picture, which is the live one again: no text of the chapter. */
export function isRoundWidget(node: Element): boolean {
  const isStill = hasClass(node, "only") && property(node, "dataFormat") === stillFormats;
  const hasPicture = elements(node, (child) => hasClass(child, "picture")).length > 0;
  return (isStill && hasPicture) || folded.some((name) => hasClass(node, name));
}

export function insertWidgets(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, "containerDirective", (node, index, parent) => {
      if (node.name !== "widget" || !parent || index === undefined) return;
      parent.children[index] = widget(node, options, file) as RootContent;
    });
  };
}

function widget(node: ContainerDirective, options: Options, file: VFile) {
  const { id = "", name = "" } = node.attributes ?? {};
  const caption = node.children.filter((child): child is Paragraph => child.type === "paragraph");
  if (caption.length !== 1 || node.children.length !== 1)
    fail(file, node, "figure-caption", {
      reason: "A widget holds something else than its caption",
      expected: "one paragraph that states its point and says in words what is to be seen",
    });
  const live = find(widgetKey(node, "step"), node, options, file);
  const still = find(widgetKey(node, "print-step"), node, options, file);
  const words = caption[0] ? textOf(caption[0] as never) : "";
  const children =
    live && still ? [liveView(live, node, options, file), stillView(still, node)] : [];
  return block(
    "figure",
    {
      className: ["figure", "has-widget"],
      id: id ?? "",
      dataWidget: name ?? "",
      ...(live ? { dataState: live.still.query } : {}),
      ...(still ? { dataPrintState: still.still.query } : {}),
    },
    [
      ...children,
      block(
        "figcaption",
        {},
        spaced([
          leaf("span", { className: ["label"], dataLabel: "figure" }, [], node.position),
          block("span", { className: ["caption"] }, caption[0]?.children ?? [], node.position),
        ]),
        node.position,
      ),
    ],
    node.position,
  );

  function stillView({ svg, still: state }: Found, { position }: ContainerDirective) {
    const label = `${state.say} ${words}`;
    return only(stillFormats, [picture(svg, "img", label)], position);
  }
}

type Found = { readonly svg: Element; readonly still: Still };

function find(
  key: string,
  node: ContainerDirective,
  { pictures }: Options,
  file: VFile,
): Found | null {
  const found = pictures.get(key);
  if (found?.kind === "widget") return found;
  const problem = found?.kind === "problem" ? found : null;
  fail(file, node, problem?.rule ?? "widget-draws", {
    reason: problem?.reason ?? `No picture of ${key}`,
    ...(problem?.known ? { found: node.attributes?.name ?? "", known: problem.known } : {}),
    ...(problem?.at ? { other: problem.at } : {}),
  });
  return null;
}

function liveView({ svg, still }: Found, node: ContainerDirective, options: Options, file: VFile) {
  const id = node.attributes?.id ?? "";
  return only(
    "html",
    [
      picture(svg, still.hasHandles ? "group" : "img", still.say),
      element("div", { className: ["widget-say"] }, [text(still.say)]),
      panelOf(still, id, codeOf(still, options, node, file)),
      details("widget-state", "The state as a table", [
        element("div", { className: ["scroller"] }, [
          element("table", {}, fragment(`<table>${still.table}</table>`, "table")),
        ]),
      ]),
    ],
    node.position,
  );
}

/** All regions that the widget may run, one of them shown, its line marked. */
function codeOf(
  still: Still,
  options: Options,
  node: ContainerDirective,
  file: VFile,
): ElementContent[] {
  const listings = Object.entries(still.code).flatMap(([name, place]) => {
    const found = options.sources.region(place.file, place.region);
    if (found.kind !== "found") {
      fail(file, node, "listing-region-exists", {
        reason: `The widget "${node.attributes?.name ?? ""}" shows ${place.file}, which has no region "${place.region}"`,
        found: place.region,
        known: found.known,
      });
      return [];
    }
    const isRunning = still.running?.listing === name;
    const lines = codeLines(options.highlight(found.region.text, "ts"));
    for (const line of lines)
      if (
        isRunning &&
        line.type === "element" &&
        textOf(line).includes(still.running?.line ?? "\n")
      )
        line.properties.className = ["line", "running"];
    return [
      element("div", { dataListing: name, ...(isRunning ? {} : { hidden: true }) }, [
        element("div", { className: ["proof"] }, [text(`${place.file}, region ${place.region}`)]),
        element("pre", { className: ["code"], dataLang: "ts" }, [element("code", {}, lines)]),
      ]),
    ];
  });
  if (listings.length === 0) return [];
  const none = { className: ["widget-no-code"], ...(still.running ? { hidden: true } : {}) };
  const words = "The code at this step";
  const style = `--lines: ${linesMax(still, options)}`;
  const frame = {
    className: ["widget-listings"],
    tabIndex: 0,
    role: "group",
    ariaLabel: words,
    style,
  };
  const shown = element("div", frame, [
    ...listings,
    element("div", none, [text("At this step none of the code runs.")]),
  ]);
  return [
    element("details", { className: ["widget-code"], open: true }, [
      element("summary", {}, [text(words)]),
      shown,
    ]),
  ];
}

/** Of the longest region: the frame need not be higher. */
function linesMax(still: Still, { sources }: Options): number {
  const regions = Object.values(still.code).map(({ file, region }) => sources.region(file, region));
  return Math.max(
    ...regions.map((found) => (found.kind === "found" ? found.region.text.split("\n").length : 0)),
  );
}

function details(className: string, summary: string, children: ElementContent[]): ElementContent {
  return element("details", { className: [className] }, [
    element("summary", {}, [text(summary)]),
    ...children,
  ]);
}

function picture(svg: Element, role: "img" | "group", label: string): ElementContent {
  return element("div", { className: ["picture"], role, ariaLabel: label }, [structuredClone(svg)]);
}

function only(
  format: string,
  children: ElementContent[],
  position: ContainerDirective["position"],
) {
  return leaf("div", { className: ["only"], dataFormat: format }, children, position);
}

/**
 * A widget on a slide: the picture, the sentence of its step, what moves it; no table and no code, which the page of the chapter has.
 *
 * @param id  of the figure, unique in the deck
 * @param goes  steps that the next steps of the slide go to
 */
export function slideWidget(
  { svg, still }: Pick<Extract<Picture, { kind: "widget" }>, "svg" | "still">,
  {
    id,
    name,
    goes,
  }: { readonly id: string; readonly name: string; readonly goes: readonly number[] },
) {
  const attributes = { id, dataWidget: name, dataState: still.query };
  return element("figure", { className: ["figure", "has-widget"], ...attributes }, [
    picture(svg, still.hasHandles ? "group" : "img", still.say),
    element("p", { className: ["widget-say"] }, [text(still.say)]),
    panelOf(still, id),
    ...goes.map((step) =>
      element("span", { className: ["fragment", "widget-go"], dataStep: String(step) }, []),
    ),
  ]);
}

/**
 * What moves a widget, and where a screen reader hears what it did.
 *
 * @param code  stands right under the steps, in one view with the picture and the buttons that change it
 */
function panelOf(still: Still, id: string, code: readonly ElementContent[] = []): ElementContent {
  const parts = fragment(still.panel.replaceAll(idPlace, id));
  const stepsAt = still.steps > 1 ? 1 : 0;
  return element("div", { className: ["widget-panel"], role: "group", ariaLabel: still.title }, [
    ...parts.slice(0, stepsAt),
    ...code,
    ...parts.slice(stepsAt),
    element("p", { className: ["widget-status"], role: "status" }, []),
  ]);
}

/** HTML text as nodes; `inside` names the element whose content is wanted. */
function fragment(html: string, inside?: string): ElementContent[] {
  const root = fromHtml(html, { fragment: true });
  const outer = inside
    ? root.children.find((child) => child.type === "element" && child.tagName === inside)
    : root;
  visit(root, (one) => {
    delete one.position;
  });
  return outer && "children" in outer ? (outer.children as ElementContent[]) : [];
}
