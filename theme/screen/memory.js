/*
 * The scripts of the HTML edition are classic ones, for modules do not load from file://. They run in the head, one after
 * the other in the order of scripts/output/screen-scripts.ts; what one has for the others stands on `reader`.
 *
 * This one remembers: all of it under one key, by edition and by the ids of chapters, which stay when chapters move. A
 * browser may refuse storage to pages of a folder; what is remembered then lasts as long as the page.
 */
(() => {
  const key = "reader-1";
  const place = document.querySelector("meta[name=reader-place]")?.content ?? "";
  let kept = null;
  kept = read();

  globalThis.reader = {
    edition: place.split(" ")[0] ?? "",
    section: place.split(" ")[1] ?? "",
    /** Everything that is remembered: `settings`, and `editions` by id. */
    recall: () => kept,
    /** Change what is remembered; another window may have changed it in the meantime. */
    remember(change) {
      kept = read();
      change(kept);
      try {
        localStorage.setItem(key, JSON.stringify(kept));
      } catch {
        // Nothing to remember it with.
      }
    },
    /** The id that an address leads to; as it stands where somebody wrote it by hand and wrongly. */
    idIn({ hash }) {
      try {
        return decodeURIComponent(hash.slice(1));
      } catch {
        return hash.slice(1);
      }
    },
    /** Run when the page's elements are there. */
    ready(run) {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
      else run();
    },
    /** Tell those who hear the page. */
    say(text) {
      const status = document.querySelector("#status");
      if (status) status.textContent = text;
    },
  };

  function isMap(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  function read() {
    const empty = { settings: {}, editions: {} };
    try {
      const known = JSON.parse(localStorage.getItem(key) ?? "{}");
      for (const name of Object.keys(empty)) if (!isMap(known?.[name])) delete known?.[name];
      return { ...empty, ...known };
    } catch {
      return kept ?? empty;
    }
  }
})();
