/*
 * The clock of a session: how long each slide took, what the plan says, and what is skipped when the session is behind. The room's
 * window keeps it; the speaker's is told.
 */
(() => {
  const { Reveal, deck } = globalThis;
  const wrapper = document.querySelector(".reveal");
  const store = `deck-log-${wrapper.dataset.deck}`;
  const all = [...document.querySelectorAll(".slides > section")];
  let startS = 0;
  const plan = all.map((slide) => {
    const timeS = Number(slide.dataset.timing);
    const instead = slide.querySelector("aside .instead")?.innerHTML ?? "";
    const title = slide.querySelector("h1, h2").textContent;
    const cut = slide.dataset.cut ? Number(slide.dataset.cut) : null;
    const planned = { id: slide.id, title, timeS, startS, cut, instead };
    startS += timeS;
    return planned;
  });

  /** Seconds by slide; the slide that is shown runs since `since` (ms), or stands while it is null. */
  const log = { startedAt: null, spentS: {}, since: null };
  let skipped = [];

  const settle = (id) => {
    if (log.since === null) return;
    log.spentS[id] = (log.spentS[id] ?? 0) + (Date.now() - log.since) / 1000;
    log.since = Date.now();
    try {
      localStorage.setItem(store, JSON.stringify(record()));
    } catch {
      // A folder's page may have no storage: the log can still be saved as a file.
    }
  };
  const elapsedS = () => {
    const spent = Object.values(log.spentS).reduce((sum, seconds) => sum + seconds, 0);
    return spent + (log.since === null ? 0 : (Date.now() - log.since) / 1000);
  };
  const start = () => {
    log.startedAt ??= new Date().toISOString();
    log.since = Date.now();
  };

  /** Seconds behind the plan on a slide, negative when ahead, 0 while within its time. */
  const latenessS = (id, nowS) => {
    const slide = plan.find((one) => one.id === id);
    if (!slide) return 0;
    if (nowS > slide.startS + slide.timeS) return nowS - slide.startS - slide.timeS;
    return Math.min(0, nowS - slide.startS);
  };

  // What may go: of the slides to come those that go first, until the time is won back; at least one.
  const toSkip = (id, lateS) => {
    const at = plan.findIndex((one) => one.id === id);
    const coming = plan
      .slice(at + 1)
      .filter((one) => one.cut !== null && !skipped.includes(one.id))
      .sort((one, other) => one.cut - other.cut);
    const chosen = [];
    let wonS = 0;
    for (const slide of coming) {
      if (chosen.length > 0 && wonS >= lateS) break;
      chosen.push(slide.id);
      wonS += slide.timeS;
    }
    return chosen;
  };

  const setSkipped = (ids) => {
    skipped = ids;
    const current = Reveal.getCurrentSlide()?.id;
    const shown = all.filter((slide) => !ids.includes(slide.id));
    for (const slide of all) slide.remove();
    document.querySelector(".slides").prepend(...shown);
    Reveal.sync();
    const index = shown.findIndex((slide) => slide.id === current);
    if (index >= 0) Reveal.slide(index, 0, Reveal.getIndices().f);
    deck.quietOthers();
  };
  const tellSkipped = (ids) => {
    setSkipped(ids);
    deck.tell("skipped", ids);
  };

  const record = () => ({
    deck: wrapper.dataset.deck,
    startedAt: log.startedAt,
    minutes: Number(wrapper.dataset.minutes),
    skipped,
    slides: plan.map(({ id, timeS }) => ({
      id,
      plannedS: timeS,
      spentS: Math.round(log.spentS[id] ?? 0),
    })),
  });
  const save = () => {
    settle(Reveal.getCurrentSlide().id);
    const link = document.createElement("a");
    const text = JSON.stringify(record(), null, 2);
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${wrapper.dataset.deck}-${(log.startedAt ?? new Date().toISOString()).slice(0, 16).replace(":", "")}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const view = () => {
    const slide = Reveal.getCurrentSlide();
    return {
      id: slide.id,
      notes: slide.querySelector("aside.notes").innerHTML,
      elapsedS: elapsedS(),
      isRunning: log.since !== null,
      latenessS: latenessS(slide.id, elapsedS()),
      minutes: Number(wrapper.dataset.minutes),
      skipped: plan.filter(({ id }) => skipped.includes(id)),
      plan: plan.find(({ id }) => id === slide.id),
    };
  };
  const tellView = () => deck.role === "room" && deck.tell("view", view());

  deck.share("skipped", { read: () => skipped, apply: setSkipped });
  deck.share("view", { read: view, apply: () => {} });
  Object.assign(deck.deeds, {
    behind: () => {
      const { id } = Reveal.getCurrentSlide();
      tellSkipped([...skipped, ...toSkip(id, latenessS(id, elapsedS()))]);
      tellView();
    },
    restore: () => {
      tellSkipped([]);
      tellView();
    },
    "pause-clock": () => {
      if (log.since === null) start();
      else {
        settle(Reveal.getCurrentSlide().id);
        log.since = null;
      }
      tellView();
    },
    "save-log": save,
  });
  deck.key("X", "behind", "Behind: skip what may go");
  deck.key("R", "restore", "Bring back what was skipped");
  deck.key("C", "pause-clock", "Start or stop the session's clock");
  deck.key("W", "save-log", "Save how long each slide took");

  if (deck.role === "room") {
    Reveal.on("slidechanged", ({ previousSlide }) => {
      // The session begins when its first slide is left.
      if (log.startedAt === null) start();
      else settle(previousSlide?.id ?? Reveal.getCurrentSlide().id);
      tellView();
    });
    setInterval(tellView, 1000);
  }
})();
