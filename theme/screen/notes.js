/*
 * Margin notes where there is no margin: the mark at the end of a paragraph unfolds its note and folds it again. What the browser
 * finds in a folded note, or is sent to, unfolds it too.
 */
(() => {
  const { reader } = globalThis;

  reader.ready(() => {
    for (const mark of document.querySelectorAll(".note-mark")) {
      const note = document.getElementById(mark.getAttribute("aria-controls"));
      mark.addEventListener("click", () => set(mark, note, note.hasAttribute("hidden")));
      note.addEventListener("beforematch", () => set(mark, note, true));
    }
  });

  function set(mark, note, isOpen) {
    mark.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) note.removeAttribute("hidden");
    else note.setAttribute("hidden", "until-found");
  }
})();
