/* Exercises: minutes count down when asked to, the same in all windows, and hints come one by one. */
(() => {
  const { Reveal, deck } = globalThis;
  /** By id of the exercise: seconds that are left, and since when (ms) they run; null while they stand. */
  const clocks = {};
  const places = new Map();

  const leftOf = ({ leftS, since }) =>
    since === null ? leftS : leftS - Math.floor((Date.now() - since) / 1000);

  const draw = (id) => {
    const { timer, button } = places.get(id) ?? {};
    if (!button) return;
    const left = leftOf(clocks[id]);
    const rest = Math.abs(left);
    const text = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
    button.textContent = left < 0 ? `+${text}` : text;
    const deed = clocks[id].since === null ? "Start" : "Stop";
    button.setAttribute("aria-label", `${deed} the clock, ${text}`);
    timer.classList.toggle("over", left < 0);
  };
  const toggle = (id) => {
    const clock = clocks[id];
    clocks[id] = { leftS: leftOf(clock), since: clock.since === null ? Date.now() : null };
    draw(id);
    deck.tell("clocks", clocks);
  };

  for (const timer of document.querySelectorAll(".timer")) {
    const { id } = timer.closest(".exercise");
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => toggle(id));
    places.set(id, { timer, button });
    clocks[id] = { leftS: Number(timer.dataset.minutes) * 60, since: null };
    draw(id);
    timer.replaceChildren(button);
  }
  setInterval(() => {
    for (const id of Object.keys(clocks)) if (clocks[id].since !== null) draw(id);
  }, 500);

  deck.share("clocks", {
    read: () => clocks,
    apply: (told) => {
      for (const id of Object.keys(told)) {
        if (!places.has(id)) continue;
        clocks[id] = told[id];
        draw(id);
      }
    },
  });
  deck.deeds["exercise-clock"] = () => {
    const exercise = Reveal.getCurrentSlide().querySelector(".exercise");
    if (exercise) toggle(exercise.id);
  };
  deck.deeds.hint = () => {
    const next = Reveal.getCurrentSlide().querySelector(".fragment:not(.visible)");
    if (next?.matches(".hint")) Reveal.nextFragment();
  };
  deck.key("T", "exercise-clock", "Start or stop the exercise's clock");
  deck.key("H", "hint", "Next hint");
})();
