/*
 * What blocks do beyond showing text: listings are copied, what scrolls sideways is reached by keyboard, and the contents
 * close once a chapter is chosen.
 */
(() => {
  const { reader } = globalThis;

  reader.ready(() => {
    for (const button of document.querySelectorAll("button.copy"))
      button.addEventListener("click", () => copy(codeOf(button), button));
    closeContentsOnChoice();
    watchScrollers();
  });

  function codeOf(button) {
    return button.closest(".listing, .literal-block, .program").querySelector("pre").textContent;
  }

  async function copy(text, button) {
    const done = (await copyToClipboard(text)) ? "Copied" : "Press Ctrl+C";
    button.textContent = done;
    reader.say(done);
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1600);
  }

  reader.copyText = copyToClipboard;

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

  function closeContentsOnChoice() {
    const contents = document.querySelector("#contents");
    contents?.addEventListener("click", (event) => {
      if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
    });
    showCurrent(contents);
  }

  /** By hand: `scrollIntoView` would also make it the place from which the tab key goes on. */
  function showCurrent(contents) {
    const current = contents?.querySelector("[aria-current]");
    if (!current) return;
    const [box, around] = [current.getBoundingClientRect(), contents.getBoundingClientRect()];
    if (box.bottom > around.bottom) contents.scrollTop += box.bottom - around.bottom;
  }

  /** Only what really scrolls becomes a stop of the tab key, with a name that says what it is. */
  function watchScrollers() {
    const scrollers = document.querySelectorAll("pre:not(.run-before), .scroller");
    const mark = (element) => {
      const isWide = element.scrollWidth > element.clientWidth + 1;
      const isLong = element.scrollHeight > element.clientHeight + 4;
      if (isWide || isLong) {
        const name = `${element.dataset.label ?? "Code"}, scrolls${isWide ? " sideways" : ""}`;
        element.tabIndex = 0;
        element.setAttribute("role", "group");
        element.setAttribute("aria-label", name);
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
      }
    };
    const observer = new ResizeObserver((entries) => {
      for (const entry of entries) mark(entry.target);
    });
    for (const element of scrollers) {
      observer.observe(element);
      // Code far from the window has the size that is expected of it.
      element.addEventListener("contentvisibilityautostatechange", () => mark(element));
    }
    document.fonts.ready.then(() => scrollers.forEach(mark));
  }
})();
