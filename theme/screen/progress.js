/*
 * Where one is: remembered by the id of the block at the top of the window and by how far one has come, shown in the contents, and
 * offered again. What is added stands where room was kept for it, or over the page, so that nothing moves.
 */
(() => {
  const { reader } = globalThis;
  const saveEveryMs = 400;
  /** Of a block that one was led to a little of the one before stands under the bar: it is not the one that is read. */
  const edgePx = 16;
  /** A reader who has seen this much of a page has read it: the rest is notes and ways to other pages. */
  const shareRead = 0.985;
  let article = null;
  let blocks = [];
  let sections = new Map();

  reader.ready(() => {
    article = document.querySelector("article");
    blocks = [...(article?.querySelectorAll(":is(p, li, h2, h3, figure, section)[id]") ?? [])];
    sections = new Map(
      [...document.querySelectorAll("#contents .sections a")].map((link) => [
        reader.idIn(link),
        link,
      ]),
    );
    showProgress();
    if (reader.section === "") return offerChapter();
    findLostPlace();
    offerPlace();
    followScrolling();
  });

  /** The first block that is in the window; null above all of them. */
  reader.blockAtTop = () => {
    const topPx = document.querySelector(".bar")?.offsetHeight ?? 0;
    if (scrollY < innerHeight / 4) return null;
    return blocks.find((block) => block.getBoundingClientRect().bottom > topPx + edgePx) ?? null;
  };

  /** Make the address lead to the block at the top, and copy it. */
  reader.linkBlock = async () => {
    const block = reader.blockAtTop() ?? blocks[0];
    if (!block) return;
    history.replaceState(null, "", `#${block.id}`);
    const isCopied = await reader.copyText(location.href);
    reader.say(isCopied ? "Link copied" : "The link stands in the address");
  };

  function own() {
    return reader.recall().editions[reader.edition] ?? { last: "", chapters: {} };
  }

  function followScrolling() {
    let timer = 0;
    let isMoved = false;
    const save = () => {
      clearTimeout(timer);
      timer = 0;
      // To open a page and leave it again does not lose the place in it.
      if (isMoved) remember();
    };
    addEventListener("scroll", () => {
      isMoved = true;
      timer ||= setTimeout(save, saveEveryMs);
      // The first way back is offered until one has chosen another.
      if (scrollY > innerHeight / 2) document.querySelector(".go-back")?.remove();
    });
    addEventListener("pagehide", save);
    markSection(headingOf(reader.blockAtTop()));
  }

  function remember() {
    const block = reader.blockAtTop();
    const heading = headingOf(block);
    markSection(heading);
    const box = article.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (innerHeight - box.top) / box.height));
    reader.remember((kept) => {
      kept.editions[reader.edition] ??= { last: "", chapters: {} };
      const edition = kept.editions[reader.edition];
      const before = edition.chapters[reader.section];
      // To look at the first screen of a page is not yet to read it.
      if (!block && !before) return;
      edition.last = reader.section;
      edition.chapters[reader.section] = {
        at: block?.id ?? "",
        heading: heading?.id ?? "",
        share: Math.max(before?.share ?? 0, Math.round(share * 1000) / 1000),
      };
    });
  }

  function headingOf(block) {
    if (!block) return null;
    const before = blocks.slice(0, blocks.indexOf(block) + 1);
    return before.findLast((each) => each.tagName === "H2") ?? null;
  }

  /** The contents show the section that is read. */
  function markSection(heading) {
    const link = heading && sections.get(heading.id);
    for (const each of sections.values()) if (each !== link) each.removeAttribute("aria-current");
    if (!link || link.hasAttribute("aria-current")) return;
    link.setAttribute("aria-current", "location");
    const contents = document.querySelector("#contents");
    const [box, around] = [link.getBoundingClientRect(), contents.getBoundingClientRect()];
    if (box.top < around.top || box.bottom > around.bottom)
      contents.scrollTop += box.top - around.top - around.height / 3;
  }

  /** A remembered paragraph that was written anew since is looked for under its heading. */
  function findLostPlace() {
    const id = reader.idIn(location);
    const kept = own().chapters[reader.section];
    if (id === "" || kept?.at !== id || document.getElementById(id)) return;
    document.getElementById(kept.heading)?.scrollIntoView();
  }

  function showProgress() {
    for (const place of document.querySelectorAll("[data-section]")) {
      const share = own().chapters[place.dataset.section]?.share ?? 0;
      if (share === 0) continue;
      const isRead = share >= shareRead;
      place.classList.toggle("is-read", isRead);
      place.style.setProperty("--share", isRead ? 1 : share);
      const words = document.createElement("span");
      words.className = "for-hearing";
      words.textContent = isRead ? " (read)" : ` (${Math.round(share * 100)} % read)`;
      place.append(words);
    }
  }

  /** On the contents page: the way to where one stopped, in the place of the way to the beginning. */
  function offerChapter() {
    const link = document.querySelector(".go-on a");
    const { last, chapters } = own();
    const chapter = document.querySelector(`.chapters [data-section="${CSS.escape(last)}"]`);
    if (!link || !chapter) return;
    const { at } = chapters[last];
    const title = chapter.closest("li").querySelector(".chapter-link");
    link.href = title.getAttribute("href") + (at === "" ? "" : `#${at}`);
    link.textContent = `Go on reading: ${title.querySelector(".title").textContent}`;
  }

  /** On a page that was left further down: the way there, over its lower edge. */
  function offerPlace() {
    const kept = own().chapters[reader.section];
    const isOpened = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    const target = kept && document.getElementById(kept.at);
    if (!target || location.hash !== "" || !isOpened || scrollY > 0) return;
    const offer = document.createElement("p");
    offer.className = "go-back";
    const link = document.createElement("a");
    link.href = `#${kept.at}`;
    link.textContent = "Go on where you stopped";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Stay here";
    offer.append(link, close);
    offer.addEventListener("click", () => offer.remove());
    document.querySelector(".bar").after(offer);
  }
})();
