/*
 * The way to a page of the printed book, for readers who were given its number. There only where the book was printed in the
 * same build.
 */
(() => {
  const { reader } = globalThis;

  reader.ready(() => {
    const form = document.querySelector(".print-page");
    if (!form) return;
    const input = form.querySelector("input");
    reader.openPrintPage = () => {
      reader.openSearch();
      input.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      goTo(input);
    });
  });

  async function goTo(input) {
    const pages = await reader.load("print-pages");
    const label = input.value.trim().toLowerCase();
    const href = Object.hasOwn(pages, label) ? pages[label] : undefined;
    if (href !== undefined) {
      input.closest("dialog").close();
      location.assign(reader.home + href);
      return;
    }
    const last = Object.keys(pages).findLast((page) => /^\d+$/.test(page));
    document.querySelector(".search-count").textContent =
      `The printed book has no page “${label}”; its last is ${last}.`;
  }
})();
