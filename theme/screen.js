/*
 * What the pages of the HTML edition do beyond showing text: remember a choice of colors, copy a
 * listing, make what scrolls sideways reachable by keyboard. A classic script, for modules do not
 * load from file://. It runs in the head, so that the first paint has the chosen colors.
 */
(() => {
  const root = document.documentElement;
  const storageKey = "book-theme";
  root.classList.add("js");
  applyTheme(storedTheme());

  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll("#themes input")) {
      input.checked = input.value === storedTheme();
      input.addEventListener("change", () => chooseTheme(input.value));
    }
    addCopyButtons();
    closeContentsOnChoice();
    watchScrollers();
  });

  /** A browser may refuse storage to pages of a folder; the choice then lasts as long as the page. */
  function storedTheme() {
    try {
      return localStorage.getItem(storageKey) ?? "";
    } catch {
      return root.dataset.theme ?? "";
    }
  }

  function chooseTheme(theme) {
    applyTheme(theme);
    try {
      localStorage.setItem(storageKey, theme);
    } catch {
      // Nothing to remember it with.
    }
  }

  function applyTheme(theme) {
    if (theme === "") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  function addCopyButtons() {
    for (const pre of document.querySelectorAll(".listing-body > pre, pre.literal")) {
      const figure = pre.closest(".listing");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy ${figure ? labelOf(figure) : "this code"}`);
      button.addEventListener("click", () => copy(pre.textContent, button));
      const caption = figure?.querySelector("figcaption");
      if (caption) {
        caption.append(button);
      } else {
        const block = document.createElement("div");
        block.className = "literal-block";
        pre.replaceWith(block);
        block.append(pre, button);
      }
    }
  }

  function labelOf(figure) {
    return figure.querySelector("figcaption .label")?.textContent ?? "this listing";
  }

  async function copy(text, button) {
    const done = (await copyToClipboard(text)) ? "Copied" : "Press Ctrl+C";
    button.textContent = done;
    announce(done);
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1600);
  }

  async function copyToClipboard(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No clipboard for pages of a folder, or not allowed: the old way asks nobody.
      return copyBySelection(text);
    }
  }

  function copyBySelection(text) {
    const area = document.createElement("textarea");
    const focused = document.activeElement;
    area.value = text;
    area.readOnly = true;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return isDone;
  }

  function announce(text) {
    let status = document.querySelector("#status");
    if (!status) {
      status = document.createElement("p");
      status.id = "status";
      status.setAttribute("role", "status");
      document.querySelector("main").append(status);
    }
    status.textContent = text;
  }

  function closeContentsOnChoice() {
    const contents = document.querySelector("#contents");
    contents?.addEventListener("click", (event) => {
      if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
    });
    contents?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest" });
  }

  /** Only what really scrolls becomes a stop of the tab key, with a name that says what it is. */
  function watchScrollers() {
    const scrollers = document.querySelectorAll("pre, .scroller");
    const mark = (element) => {
      if (element.scrollWidth > element.clientWidth + 1) {
        element.tabIndex = 0;
        element.setAttribute("role", "group");
        element.setAttribute("aria-label", `${element.dataset.label ?? "Code"}, scrolls sideways`);
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
      }
    };
    const observer = new ResizeObserver((entries) => {
      for (const entry of entries) mark(entry.target);
    });
    for (const element of scrollers) observer.observe(element);
    document.fonts.ready.then(() => scrollers.forEach(mark));
  }
})();
