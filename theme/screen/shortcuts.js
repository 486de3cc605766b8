/*
 * Keys that do something by themselves, and the dialog that lists them. They are never active in a field, with a modifier or
 * while a dialog is open, and can be switched off (WCAG 2.1.4), since a voice or a screen reader may need them. No arrow, space or
 * page key is touched.
 */
(() => {
  const { reader } = globalThis;

  const actions = {
    "/": () => reader.openSearch?.(),
    n: () => follow(".turn .next"),
    p: () => follow(".turn .prev"),
    c: openContents,
    s: openSettings,
    "+": () => reader.resize(1),
    "-": () => reader.resize(-1),
    y: () => reader.linkBlock?.(),
    g: () => reader.openPrintPage?.(),
    "?": openShortcuts,
  };

  document.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || !isFree(event) || reader.recall().settings.shortcuts === false) return;
    event.preventDefault();
    action();
  });

  reader.ready(() => {
    document.querySelector(".open-shortcuts")?.addEventListener("click", openShortcuts);
    for (const dialog of document.querySelectorAll("dialog"))
      dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  });

  function isFree(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return false;
    return !event.target.closest?.("input, textarea, select, [contenteditable], [role=textbox]");
  }

  function follow(selector) {
    document.querySelector(selector)?.click();
  }

  /** Beside the text the contents stand open: there the key leads into them. */
  function openContents() {
    const contents = document.querySelector("#contents");
    if (!contents) return location.assign(`${reader.home}index.html`);
    if (getComputedStyle(contents).display === "none") contents.showPopover();
    (contents.querySelector("[aria-current]") ?? contents.querySelector("a"))?.focus();
  }

  /** A popover that no button opened is not next in the order of the tab key: it is led into. */
  function openSettings() {
    const settings = document.querySelector("#settings");
    settings?.showPopover();
    settings?.querySelector("input:checked")?.focus();
  }

  function openShortcuts() {
    document.querySelector("#settings")?.hidePopover();
    document.querySelector("#shortcuts")?.showModal();
  }
})();
