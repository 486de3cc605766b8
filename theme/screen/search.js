/*
 * The search: a dialog that answers as one types. It loads the core when it is opened, postings for the words that are asked
 * for, and the texts for excerpts when the titles already stand there.
 */
(() => {
  const { reader } = globalThis;
  const unitsShown = 30;
  const termsShown = 4;
  const excerptLength = 180;
  /** Counts questions, so that an answer that comes late is dropped. */
  let asked = 0;

  reader.ready(() => {
    const dialog = document.querySelector("#search");
    if (!dialog) return;
    const input = dialog.querySelector("input");
    const list = dialog.querySelector("ol");
    const status = dialog.querySelector("[role=status]");

    for (const button of document.querySelectorAll(".open-search"))
      button.addEventListener("click", () => reader.openSearch());
    reader.openSearch = () => {
      if (!dialog.open) dialog.showModal();
      input.select();
      reader.load("search/core");
    };
    input.addEventListener("input", () => answer(input.value, list, status));
    dialog.addEventListener("keydown", (event) => moveByKey(event, input, list));
    dialog.addEventListener("click", (event) => {
      // A click on the dialog itself is one beside its content.
      if (event.target === dialog || event.target.closest("a")) dialog.close();
    });
  });

  async function answer(query, list, status) {
    asked += 1;
    const mine = asked;
    const core = await reader.load("search/core");
    const other = reader.ranking.corrected(query, core, await postingsFor(query, core));
    const wanted = other ?? query;
    const postings = await postingsFor(wanted, core);
    if (mine !== asked) return;
    const found = reader.ranking.rank(wanted, core, postings);
    const stems = reader.ranking.askedWords(wanted, core.common);
    const terms = found.terms.slice(0, termsShown).flatMap((term) => termResult(core, term));
    const units = found.units.slice(0, unitsShown).map((unit) => unitResult(core, unit));
    const results = [...terms, ...units];
    list.replaceChildren(...results.map(({ item }) => item));
    const count = countOf(found.units.length + terms.length, results.length, query);
    status.textContent = other === null ? count : `${count} for “${other}” instead`;
    for (const result of results) addExcerpt(result, core, stems, () => mine === asked);
  }

  /** What the index has of the words of a query. */
  async function postingsFor(query, core) {
    const shards = reader.ranking.shardsFor(query, core);
    const loaded = await Promise.all(shards.map((shard) => reader.load(`search/${shard}`)));
    return Object.assign({}, ...loaded);
  }

  function countOf(count, shown, query) {
    if (query.trim() === "") return "";
    if (count === 0) return "Nothing was found.";
    const rest = count > shown ? `, the best ${shown} shown` : "";
    return `${count} ${count === 1 ? "result" : "results"}${rest}`;
  }

  /** An entry of the index leads to where its term is defined; a synonym leads there too. */
  function termResult(core, number) {
    const [name, places, see] = core.terms[number];
    const target = see === "" ? null : core.terms.find(([known]) => known === see);
    const place = places[0] ?? target?.[1][0];
    if (!place) return [];
    const [unit, id] = place;
    const from = see === "" ? name : `${name}: see ${see}`;
    return [{ ...result(core, unit, id, from, true), unit, id }];
  }

  function unitResult(core, unit) {
    const [, id, title] = core.units[unit];
    return { ...result(core, unit, id, title, false), unit, id };
  }

  function result(core, unit, id, title, isTerm) {
    const [page, , unitTitle] = core.units[unit];
    const [href, pageTitle] = core.pages[page];
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = reader.home + href + (id === "" ? "" : `#${id}`);
    const place = isTerm && unitTitle !== pageTitle ? `${pageTitle} › ${unitTitle}` : pageTitle;
    link.append(span("result-title", title), " ", span("result-place", place));
    const excerpt = span("result-text", "");
    link.append(" ", excerpt);
    item.className = isTerm ? "term-result" : "";
    item.append(link);
    return { item, excerpt, isTerm };
  }

  function span(name, text) {
    const element = document.createElement("span");
    element.className = name;
    element.textContent = text;
    return element;
  }

  async function addExcerpt({ excerpt, unit, id, isTerm }, core, stems, isWanted) {
    if (isTerm) {
      const definition = (await reader.load("previews"))[id.replace(/^term-/, "gl-")];
      if (definition && isWanted()) excerpt.textContent = definitionIn(definition);
      return;
    }
    const page = core.units[unit][0];
    const first = core.units.findIndex((each) => each[0] === page);
    const texts = await reader.load(`search/text-${page}`);
    if (isWanted()) excerpt.append(...marked(texts[unit - first] ?? "", stems));
  }

  /** The preview of a term is its name and its definition. */
  function definitionIn(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.querySelector("p")?.textContent ?? "";
  }

  /** A part of the text round the first word that was asked for, with all of them marked. */
  function marked(text, stems) {
    const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)].filter(([word]) => isAsked(word, stems));
    const first = words[0]?.index ?? 0;
    const from = first < excerptLength / 2 ? 0 : text.indexOf(" ", first - excerptLength / 3) + 1;
    const end = text.lastIndexOf(" ", from + excerptLength);
    const to = from + excerptLength >= text.length ? text.length : Math.max(from, end);
    const parts = [from === 0 ? "" : "… "];
    let done = from;
    for (const { index, 0: word } of words) {
      if (index < from || index + word.length > to) continue;
      const mark = document.createElement("mark");
      mark.textContent = word;
      parts.push(text.slice(done, index), mark);
      done = index + word.length;
    }
    return [...parts, text.slice(done, to), to === text.length ? "" : " …"];
  }

  function isAsked(word, stems) {
    const { wordsOf, fitOf } = reader.ranking;
    return wordsOf(word).some((stem) => stems.some((each) => fitOf(stem, each) > 0));
  }

  /** Arrows go from the field through the results and back; a letter goes back to the field. */
  function moveByKey(event, input, list) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && at >= 0) {
      event.preventDefault();
      stops[Math.min(stops.length - 1, Math.max(0, at + step))].focus();
    } else if (event.key === "Enter" && at === 0) {
      event.preventDefault();
      stops[1]?.click();
    } else if (at > 0 && event.key.length === 1 && event.key !== " ") input.focus();
  }
})();
