/** What stands round the text of every page of the HTML edition: the bar, the settings, the dialogs of search and shortcuts. */
import type { Element, ElementContent } from "hast";
import { h, s } from "hastscript";
import type { EditionBook } from "../model.ts";

const themes = [
  ["", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
  ["sepia", "Sepia"],
  ["contrast", "High contrast"],
] as const;

/** The steps are those of screen.css. */
const sizes = [
  ["smaller", "Smallest"],
  ["small", "Small"],
  ["normal", "Normal"],
  ["large", "Large"],
  ["larger", "Largest"],
] as const;

/**
 * The top of a page: where one is, and the ways from there.
 *
 * @param home  address of the edition's folder as seen from the page: empty, or `../`s
 * @param hasContents  false where the page is the contents, or a program
 */
export function bar(book: EditionBook, home: string, hasContents: boolean): ElementContent[] {
  const contents = hasContents
    ? [
        h("button.open-contents", { type: "button", popovertarget: "contents" }, [
          icon("M2 4h12M2 8h12M2 12h8"),
          h("span.word", "Contents"),
        ]),
      ]
    : [];
  return [
    h("a.skip", { href: "#main" }, "Skip to the text"),
    h("header.bar", [
      h("a.book-title", { href: `${home}index.html` }, book.book.title),
      h("button.open-search", { type: "button", ariaKeyShortcuts: "/" }, [
        icon("M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3L14 14"),
        h("span.word", "Search"),
      ]),
      ...contents,
      h("button.open-settings", { type: "button", popovertarget: "settings" }, [
        icon("M2 4.5h5m3.5 0H14M2 11.5h3.5m3.5 0h5M8.75 2.75v3.5M7.25 9.75v3.5"),
        h("span.word", "Settings"),
      ]),
      settings(),
    ]),
  ];
}

function icon(path: string): Element {
  return s("svg", { viewBox: "0 0 16 16", width: 16, height: 16, ariaHidden: "true" }, [
    s("path", { d: path, fill: "none", stroke: "currentColor", strokeWidth: 1.25 }),
  ]);
}

function settings(): Element {
  const radios = (name: string, choices: readonly (readonly [string, string])[]) =>
    choices.map(([value, words]) =>
      h("label", [h("input", { type: "radio", name, value }), h("span", words)]),
    );
  return h("div#settings", { popover: "auto", role: "group", ariaLabel: "Settings" }, [
    h("fieldset", [h("legend", "Colors"), ...radios("theme", themes)]),
    h("fieldset.sizes", [h("legend", "Text size"), ...radios("size", sizes)]),
    h("fieldset", [
      h("legend", "Keyboard"),
      h("label", [
        h("input", { type: "checkbox", name: "shortcuts" }),
        h("span", "Shortcuts of a single key"),
      ]),
      h("button.open-shortcuts", { type: "button" }, "Show the shortcuts"),
    ]),
  ]);
}

/**
 * The end of a page: what opens over it, and what is said to those who hear it.
 *
 * @param hasPrinted  whether pages of the printed book can be looked up
 */
export function dialogs(hasPrinted: boolean): ElementContent[] {
  return [searchDialog(hasPrinted), shortcutsDialog(hasPrinted), h("p#status", { role: "status" })];
}

function searchDialog(hasPrinted: boolean): Element {
  return h("dialog#search", { ariaLabel: "Search" }, [
    h("div.dialog-body", [
      h("div.search-line", [
        h("label", { htmlFor: "search-words" }, "Search the book"),
        h("input#search-words", {
          type: "text",
          autoComplete: "off",
          autoCapitalize: "none",
          spellCheck: "false",
          enterKeyHint: "search",
          maxLength: 200,
          ariaDescribedBy: "search-help",
        }),
        closeButton(),
      ]),
      h("p#search-help", "Arrow keys move through the results, Enter opens one, Escape closes."),
      h("p.search-count", { role: "status" }),
      h("ol.results"),
      ...(hasPrinted ? [printedPageForm()] : []),
    ]),
  ]);
}

function printedPageForm(): Element {
  return h("form.print-page", [
    h("label", { htmlFor: "print-page" }, "Page of the printed book"),
    h("input#print-page", { type: "text", autoComplete: "off", size: 5 }),
    h("button", { type: "submit" }, "Go"),
  ]);
}

/** Keys by what they do; `theme/screen/shortcuts.js` carries them out. */
const shortcuts = [
  ["/", "Search"],
  ["n", "Next page"],
  ["p", "Previous page"],
  ["c", "Contents"],
  ["s", "Settings"],
  ["+", "Larger text"],
  ["-", "Smaller text"],
  ["y", "Link to the paragraph at the top of the window"],
  ["g", "Go to a page of the printed book"],
  ["?", "This table"],
  ["Esc", "Close what is open"],
] as const;

function shortcutsDialog(hasPrinted: boolean): Element {
  return h("dialog#shortcuts", { ariaLabel: "Keyboard shortcuts" }, [
    h("div.dialog-body", [
      h("div.dialog-head", [h("h2", "Keyboard shortcuts"), closeButton()]),
      h("table", [
        h(
          "tbody",
          shortcuts
            .filter(([key]) => hasPrinted || key !== "g")
            .map(([key, does]) =>
              h("tr", [h("th", { scope: "row" }, h("kbd", key)), h("td", does)]),
            ),
        ),
      ]),
      h("p", "Shortcuts of a single key can be switched off in the settings."),
    ]),
  ]);
}

function closeButton(): Element {
  return h("button.close", { type: "button" }, "Close");
}
