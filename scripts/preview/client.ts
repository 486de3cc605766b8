/**
 * The author's side of a previewed page, in the page: it hears of changes, makes the page what it is now where the reader
 * is, and lays mistakes over it. The build's own pages know nothing of it.
 */
import type { Mistake } from "../report.ts";
import { changeEvent } from "../widget/controller.ts";
import type { Change, Heard, Part } from "./messages.ts";
import { morph, type OnReplace } from "./morph.ts";

declare const partialFailure: { setState(figure: Element, query: string): void } | undefined;

/** The page as it was served: this script runs before any other has touched it. */
let shown = document.cloneNode(true) as Document;
let version = 0;
let running: Promise<void> = Promise.resolve();
/** States of widgets that the reader has changed, as in an address, by id of the figure. */
const states = new Map<string, string>();
document.addEventListener(changeEvent, (event) => {
  const figure = event.target as Element;
  states.set(figure.id, (event as CustomEvent<string>).detail);
});

const changes = new EventSource(`/changes?page=${encodeURIComponent(location.pathname)}`);
let server = "";
changes.onmessage = ({ data }) => {
  const heard = JSON.parse(data) as Heard;
  if (heard.kind === "hello") {
    // Another server has no memory of this page.
    if (server !== "" && server !== heard.server) location.reload();
    server = heard.server;
  } else if (heard.kind === "mistakes") showMistakes(heard.mistakes);
  else if (heard.kind === "part") running = running.then(() => setPart(heard));
  else running = running.then(() => follow(heard));
};

/** Put a section into the page that is shown. What was sent of a page that this one is not any more follows as a whole. */
function setPart({ from, to, html }: Part): void {
  const next = shown.cloneNode(true) as Document;
  const article = next.querySelector("main article");
  const blocks = [...(article?.children ?? [])];
  const at = (id: string): number =>
    blocks.findIndex((block) => block.matches("h2") && block.id === id);
  const start = from === null ? 1 : at(from);
  const notes = blocks.findIndex((block) => block.matches("section.footnotes"));
  const last = notes < 0 ? blocks.length : notes;
  const end = to === null ? last : at(to);
  const first = blocks[start];
  if (!article || !first || start < 0 || end < start) return;
  const made = document.createElement("template");
  made.innerHTML = html;
  first.before(made.content);
  const range = next.createRange();
  range.setStartBefore(first);
  if (blocks[end]) range.setEndBefore(blocks[end]);
  else range.setEndAfter(article.lastChild ?? first);
  range.deleteContents();
  hold((onReplace) => changeTo(next, new Set(), onReplace));
}

async function follow({ page, styles, fonts, scripts, widgets }: Change): Promise<void> {
  if (scripts) return location.reload();
  version += 1;
  if (fonts) await swapSheet();
  else if (styles) await setRules();
  const wanted = widgets.filter((path) => document.querySelector(`script[src^="${path}"]`));
  for (const path of wanted) await load(path);
  const next = page ? await fetchPage() : shown;
  if (!next) return;
  if (headOf(next) !== headOf(shown)) return location.reload();
  hold((onReplace) => {
    const woken = new Set(wanted.map((path) => /([^/]+)\.js$/.exec(path)?.[1] ?? ""));
    changeTo(next, woken, onReplace);
  });
}

async function fetchPage(): Promise<Document | null> {
  const answer = await fetch(location.pathname);
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

/** What cannot be changed in a page that is open: its scripts. */
function headOf(page: Document): string {
  return [...page.head.querySelectorAll("script[src]")]
    .map((script) => script.getAttribute("src")?.split("?")[0])
    .filter((path, at, all) => all.indexOf(path) === at)
    .join(" ");
}

/** @param widgets  names of those whose scripts are new; all of them where the core is */
function changeTo(next: Document, widgets: ReadonlySet<string>, onReplace: OnReplace): void {
  document.title = next.title;
  const sleeping: [Element | null, HTMLElement][] = [];
  const note: OnReplace = (gone, come) => {
    onReplace(gone, come);
    for (const figure of widgetsIn(come))
      sleeping.push([widgetsIn(gone).find(({ id }) => id === figure.id) ?? null, figure]);
  };
  for (const part of ["main", "#contents"]) {
    const [live, old, wanted] = [document, shown, next].map((page) => page.querySelector(part));
    if (live && old && wanted) morph(live, old, wanted, note);
  }
  for (const figure of document.querySelectorAll<HTMLElement>("[data-widget][data-mounted]"))
    if (widgets.has("core") || widgets.has(figure.dataset.widget ?? "")) {
      const come = document.importNode(next.getElementById(figure.id) ?? figure, true);
      figure.replaceWith(come);
      note(figure, come);
    }
  shown = next;
  for (const [gone, come] of sleeping) wake(gone, come);
}

function widgetsIn(node: Node | null): HTMLElement[] {
  if (!(node instanceof HTMLElement)) return [];
  const inside = [...node.querySelectorAll<HTMLElement>("[data-widget]")];
  return node.matches("[data-widget]") ? [node] : inside;
}

/** A widget goes on in the state in which its predecessor was. */
function wake(gone: Element | null, come: HTMLElement): void {
  if (typeof partialFailure === "undefined") return;
  partialFailure.setState(come, states.get(come.id) ?? come.dataset.state ?? "");
  if (!gone) return;
  const opened = gone.querySelectorAll("details");
  come.querySelectorAll("details").forEach((details, at) => {
    details.open = opened[at]?.open ?? details.open;
  });
  for (const { name, value } of gone.querySelectorAll<HTMLInputElement>("input:checked")) {
    if (!name.endsWith("--guess")) continue;
    const same = come.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
    if (same) same.checked = true;
    same?.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const rules = document.createElement("style");

/** Other rules, and the same faces: a face that is declared anew loads anew, and the text would stand in another meanwhile. */
async function setRules(): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]');
  const answer = link && (await fetch(link.href));
  if (!link?.sheet || !answer?.ok) return;
  const { sheet } = link;
  const text = (await answer.text()).replace(/@font-face\s*\{[^}]*\}/g, "");
  hold(() => {
    rules.textContent = text;
    link.after(rules);
    for (let at = sheet.cssRules.length - 1; at >= 0; at--)
      if (!(sheet.cssRules[at] instanceof CSSFontFaceRule)) sheet.deleteRule(at);
  });
}

/** Other faces come with a sheet of their own, which is there before the old one goes. */
async function swapSheet(): Promise<void> {
  const before = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]');
  if (!before) return;
  const link = before.cloneNode() as HTMLLinkElement;
  link.href = `${before.getAttribute("href")?.split("?")[0]}?${version}`;
  const loaded = new Promise((done) => {
    link.onload = done;
    link.onerror = done;
  });
  before.after(link);
  await loaded;
  await document.fonts.ready;
  hold(() => {
    before.remove();
    rules.remove();
  });
}

function load(path: string): Promise<unknown> {
  const script = document.createElement("script");
  script.src = `${path}?${version}`;
  const loaded = new Promise((done) => {
    script.onload = done;
    script.onerror = done;
  });
  document.head.append(script);
  return loaded.then(() => script.remove());
}

/** Change the page and leave the block at the top of the window, or what came in its place, where it was. */
function hold(change: (onReplace: OnReplace) => void): void {
  const root = document.documentElement;
  const anchors = scrollY > 0 ? blocksInView() : [];
  const replaced = new Map<Node, Node | null>();
  root.style.overflowAnchor = "none";
  change((gone, come) => gone && replaced.set(gone, come));
  for (const [block, top] of anchors) {
    const now = block.isConnected ? block : replaced.get(block);
    if (!(now instanceof Element)) continue;
    scrollBy({ top: now.getBoundingClientRect().top - top, behavior: "instant" });
    break;
  }
  requestAnimationFrame(() => root.style.removeProperty("overflow-anchor"));
}

function blocksInView(): [Element, number][] {
  const topPx = document.querySelector<HTMLElement>(".bar")?.offsetHeight ?? 0;
  const blocks = [
    ...document.querySelectorAll("main :is(h1, h2, h3, p, li, dt, dd, figure, pre, tr)"),
  ];
  return blocks
    .map((block) => [block, block.getBoundingClientRect()] as const)
    .filter(([, { top, bottom }]) => bottom > topPx + 8 && top < innerHeight)
    .map(([block, { top }]) => [block, top]);
}

const overlay = document.createElement("div");
overlay.className = "preview-mistakes";
overlay.setAttribute("role", "alert");
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !overlay.isConnected) return;
    event.stopPropagation();
    overlay.remove();
  },
  true,
);

const overlayStyle = `.preview-mistakes { position: fixed; inset: auto 0 0; z-index: 2147483647; max-height: 60vh; overflow: auto;
  padding: 1rem 1.5rem; background: #2b0f0c; color: #fff; font: 15px/1.45 ui-monospace, monospace; box-shadow: 0 0 2rem #0008; }
.preview-mistakes ol { list-style: none; margin: 0.6rem 0 0; padding: 0; }
.preview-mistakes li { margin: 0.5rem 0 0; white-space: pre-wrap; }
.preview-mistakes b { color: #ffd7a8; }
.preview-mistakes i { color: #d9b8b4; font-style: normal; }`;

let shownMistakes = "";

/** Over the page that was last whole; it goes by itself when nothing is wrong any more. What is told again stays hidden. */
function showMistakes(mistakes: readonly Mistake[]): void {
  const told = JSON.stringify(mistakes);
  if (told === shownMistakes) return;
  shownMistakes = told;
  overlay.remove();
  if (mistakes.length === 0) return;
  const style = document.createElement("style");
  style.textContent = overlayStyle;
  const list = document.createElement("ol");
  list.append(...mistakes.map(mistakeLine));
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  overlay.replaceChildren(
    style,
    `${count}; the page beneath is the last that was whole (Esc hides this)`,
    list,
  );
  document.body.append(overlay);
}

function mistakeLine({ place, rule, text }: Mistake): HTMLElement {
  const line = document.createElement("li");
  const [where, which] = [document.createElement("b"), document.createElement("i")];
  where.textContent = place;
  which.textContent = rule;
  line.append(where, "  ", which, `\n${text}`);
  return line;
}
