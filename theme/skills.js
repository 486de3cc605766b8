/*
 * The skill map on the screen: boxes to tick, what to read next, bars by chapter and by part; terms asked again after days. What has been
 * learned is kept on this device under stable ids (screen/memory.js), and can be carried to another as a file.
 */
(() => {
  const list = document.querySelector(".skill-list");
  if (!list) return;
  const { reader } = globalThis;
  const dayMs = 86_400_000;
  /** Days until a term is asked again, by how often in a row it was known. */
  const intervals = [0, 1, 3, 7, 16, 35, 90];
  /** Much more than the book has: a file of another kind would fill what a browser keeps. */
  const idsMax = 2000;
  const cards = globalThis.partialFailure?.cards ?? [];
  const aliases = JSON.parse(list.dataset.aliases || "{}");
  const chapters = [...list.querySelectorAll(".skill-chapter")];
  let progress = read();

  addBoxes();
  addParts();
  addTools();
  addRecall();
  show();

  // --- What is kept ---------------------------------------------------------------------------

  function empty() {
    return { version: 1, learned: {}, cards: {} };
  }

  function read() {
    return accepted(reader.recall().skills) ?? empty();
  }

  /** Change what is kept; another window may have changed it in the meantime. */
  function keep(change) {
    reader.remember((kept) => {
      progress = accepted(kept.skills) ?? empty();
      change(progress);
      kept.skills = progress;
    });
    show();
  }

  /**
   * What a file or the storage holds, if it is progress; ids that were renamed come under their new names. Those of other editions
   * stay, for all of them keep it in one place.
   */
  function accepted(value) {
    if (value?.version !== 1 || !isMap(value.learned)) return null;
    const learned = {};
    for (const [id, date] of Object.entries(value.learned).slice(0, idsMax))
      if (/^[a-z][a-z0-9.-]*$/.test(id) && /^\d{4}-\d\d-\d\d$/.test(date))
        learned[Object.hasOwn(aliases, id) ? aliases[id] : id] = date;
    const known = {};
    for (const [term, card] of Object.entries(value.cards ?? {}).slice(0, idsMax))
      if (isCard(card)) known[term] = { times: card.times, dueMs: card.dueMs };
    return { version: 1, learned, cards: known };
  }

  function isMap(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  /** One that is due later than any could be would never be asked again. */
  function isCard(card) {
    const latestMs = Date.now() + intervals.at(-1) * dayMs;
    return Number.isInteger(card?.times) && card.times >= 0 && card.dueMs <= latestMs;
  }

  /** What was learned on either device, since the earlier day; of each card the further one. */
  function joined(own, other) {
    const learned = { ...own.learned };
    for (const [id, date] of Object.entries(other.learned))
      if (!Object.hasOwn(learned, id) || date < learned[id]) learned[id] = date;
    const known = { ...own.cards };
    for (const [term, card] of Object.entries(other.cards))
      if (!Object.hasOwn(known, term) || card.dueMs > known[term].dueMs) known[term] = card;
    return { version: 1, learned, cards: known };
  }

  // --- The list and the picture ------------------------------------------------------------------

  function addBoxes() {
    for (const item of list.querySelectorAll(".skill")) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.addEventListener("change", () => {
        const { skill } = item.dataset;
        keep(({ learned }) => {
          if (box.checked) learned[skill] = new Date().toISOString().slice(0, 10);
          else delete learned[skill];
        });
      });
      label.append(box, " ", item.querySelector(".skill-words"));
      item.replaceChildren(label);
    }
    for (const chapter of chapters) {
      const state = document.createElement("span");
      state.className = "skill-state";
      chapter.querySelector(".skill-title").after(" ", state);
    }
  }

  function show() {
    const done = new Set(chapters.filter((chapter) => shareOf(chapter) === 1).map(idOf));
    for (const chapter of chapters) {
      const share = shareOf(chapter);
      const needs = chapter.dataset.needs.split(" ").filter(Boolean);
      const isNext = share < 1 && needs.every((need) => done.has(need));
      const boxes = [...chapter.querySelectorAll("input")];
      for (const box of boxes) box.checked = isLearned(box.closest(".skill").dataset.skill);
      const count = boxes.filter((box) => box.checked).length;
      chapter.querySelector(".skill-state").textContent =
        `${count} of ${boxes.length}${isNext ? ", next" : ""}`;
      chapter.classList.toggle("next", isNext);
      showNode(idOf(chapter), share, isNext);
    }
    for (const part of document.querySelectorAll(".skill-parts > li")) showPart(part);
    showDue();
  }

  function showPart(part) {
    const own = chapters.filter(({ dataset }) => dataset.part === part.dataset.part);
    const boxes = own.flatMap((chapter) => [...chapter.querySelectorAll("input")]);
    const count = boxes.filter((box) => box.checked).length;
    part.querySelector(".skill-state").textContent = `${count} of ${boxes.length}`;
    part.style.setProperty("--share", count / boxes.length);
  }

  function showNode(id, share, isNext) {
    const node = document.querySelector(`.skill-node[data-chapter="${id}"]`);
    if (!node) return;
    node.classList.toggle("next", isNext);
    node.classList.toggle("learned", share === 1);
    const frame = node.querySelector("rect");
    node
      .querySelector(".skill-bar")
      .setAttribute("width", share * Number(frame.getAttribute("width")));
  }

  function idOf(chapter) {
    return chapter.dataset.chapter;
  }

  function isLearned(skill) {
    return Object.hasOwn(progress.learned, skill);
  }

  function shareOf(chapter) {
    const skills = [...chapter.querySelectorAll(".skill")];
    return skills.filter(({ dataset }) => isLearned(dataset.skill)).length / skills.length;
  }

  // --- To another device ---------------------------------------------------------------------------

  /** A bar for each part, and in words how far it is filled. */
  function addParts() {
    const titles = new Set(chapters.flatMap(({ dataset }) => dataset.part ?? []));
    const parts = document.createElement("ul");
    parts.className = "skill-parts";
    for (const title of titles) {
      const item = document.createElement("li");
      const state = document.createElement("span");
      item.dataset.part = title;
      state.className = "skill-state";
      item.append(title, " ", state);
      parts.append(item);
    }
    if (titles.size > 0) list.before(parts);
  }

  function addTools() {
    const tools = document.createElement("div");
    tools.className = "skill-tools";
    const file = document.createElement("input");
    file.type = "file";
    file.accept = "application/json,.json";
    file.setAttribute("aria-label", "Progress from a file");
    file.addEventListener("change", () => take(file));
    tools.append(button("Save progress as a file", save), "or take it from one: ", file, status());
    list.before(tools);
  }

  function status() {
    const place = document.createElement("p");
    place.className = "skill-status";
    place.setAttribute("role", "status");
    return place;
  }

  function say(words) {
    document.querySelector(".skill-status").textContent = words;
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  function save() {
    const text = JSON.stringify(progress, null, 2);
    const link = document.createElement("a");
    link.href = `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
    link.download = "progress.json";
    link.click();
    say("Saved as progress.json.");
  }

  async function take(file) {
    try {
      const taken = accepted(JSON.parse(await file.files[0].text()));
      const skills = [...list.querySelectorAll(".skill")].map(({ dataset }) => dataset.skill);
      const count = skills.filter((id) => Object.hasOwn(taken.learned, id)).length;
      if (count === 0) throw new Error("nothing that this page has");
      keep((own) => Object.assign(own, joined(own, taken)));
      say(`Taken: ${count} ${count === 1 ? "skill" : "skills"}, beside what was ticked here.`);
    } catch {
      say("That file holds no progress of this book; nothing was changed.");
    }
    // The same file can be chosen again once it was mended.
    file.value = "";
  }

  // --- Recall --------------------------------------------------------------------------------------

  function addRecall() {
    const section = document.createElement("section");
    section.className = "recall";
    const heading = document.createElement("h2");
    heading.textContent = "Recall";
    const due = document.createElement("p");
    due.className = "recall-due";
    const card = document.createElement("div");
    card.className = "recall-card";
    section.append(heading, due, card);
    list.after(section);
  }

  /** Terms of chapters of which something is learned, those that wait longest first. */
  function dueCards() {
    const begun = new Set(chapters.filter((chapter) => shareOf(chapter) > 0).map(idOf));
    const nowMs = Date.now();
    return cards
      .filter((card) => begun.has(card.chapter) && dueMsOf(card) <= nowMs)
      .sort((one, other) => dueMsOf(one) - dueMsOf(other));
  }

  function dueMsOf({ term }) {
    return progress.cards[term]?.dueMs ?? 0;
  }

  function showDue() {
    const waiting = dueCards();
    const place = document.querySelector(".recall-due");
    if (!place) return;
    place.textContent =
      waiting.length > 0
        ? `${waiting.length} ${waiting.length === 1 ? "term is" : "terms are"} due.`
        : "Nothing is due. Terms of chapters in which you have ticked something come here.";
    ask(waiting[0]);
  }

  function ask(card) {
    const place = document.querySelector(".recall-card");
    if (place.dataset.term === (card?.term ?? "")) return;
    place.dataset.term = card?.term ?? "";
    if (!card) {
      place.replaceChildren();
      return;
    }
    const question = document.createElement("p");
    question.className = "recall-term";
    question.textContent = `What is this: ${card.term}?`;
    const show = button("Show the definition", () => {
      const answer = document.createElement("p");
      answer.textContent = card.definition;
      place.replaceChildren(
        question,
        answer,
        button("I knew it", () => rate(card, true)),
        button("I did not", () => rate(card, false)),
      );
      place.querySelector("button").focus();
    });
    place.replaceChildren(question, show);
  }

  function rate(card, isKnown) {
    const times = isKnown ? (progress.cards[card.term]?.times ?? 0) + 1 : 0;
    const days = intervals[Math.min(times, intervals.length - 1)];
    // What was not known is asked again in ten minutes.
    const dueMs = Date.now() + (isKnown ? days * dayMs : 600_000);
    keep((own) => {
      own.cards[card.term] = { times, dueMs };
    });
    document.querySelector(".recall-card button")?.focus();
  }
})();
