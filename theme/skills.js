/*
 * The skill map on the screen: boxes to tick, what to read next, bars by chapter; and terms asked again after days. What has been
 * learned is kept on this device under stable ids (screen/memory.js), and can be carried to another as a file.
 */
(() => {
  const list = document.querySelector(".skill-list");
  if (!list) return;
  const { reader } = globalThis;
  const dayMs = 86_400_000;
  /** Days until a term is asked again, by how often in a row it was known. */
  const intervals = [0, 1, 3, 7, 16, 35, 90];
  const cards = globalThis.partialFailure?.cards ?? [];
  const aliases = JSON.parse(list.dataset.aliases || "{}");
  const chapters = [...list.querySelectorAll(".skill-chapter")];
  let progress = read();

  addBoxes();
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

  function keep() {
    reader.remember((kept) => {
      kept.skills = progress;
    });
    show();
  }

  /** What a file or the storage holds, if it is progress; ids that were renamed come under their new names. */
  function accepted(value) {
    if (value?.version !== 1 || typeof value.learned !== "object") return null;
    const learned = {};
    for (const [id, date] of Object.entries(value.learned ?? {}))
      if (typeof date === "string") learned[aliases[id] ?? id] = date;
    const known = {};
    for (const [term, card] of Object.entries(value.cards ?? {}))
      if (Number.isInteger(card?.times) && Number.isFinite(card?.dueMs)) known[term] = card;
    return { version: 1, learned, cards: known };
  }

  // --- The list and the picture ------------------------------------------------------------------

  function addBoxes() {
    for (const item of list.querySelectorAll(".skill")) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.addEventListener("change", () => {
        if (box.checked)
          progress.learned[item.dataset.skill] = new Date().toISOString().slice(0, 10);
        else delete progress.learned[item.dataset.skill];
        keep();
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
    showDue();
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
      if (!taken) throw new Error("no progress");
      progress = taken;
      keep();
      say(`Taken: ${Object.keys(progress.learned).length} skills.`);
    } catch {
      say("That file holds no progress of this book; nothing was changed.");
    }
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
    progress.cards[card.term] = { times, dueMs };
    keep();
    document.querySelector(".recall-card button")?.focus();
  }
})();
