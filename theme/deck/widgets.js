/*
 * Widgets on slides: the next steps of a slide go to steps of its widget, and what is done in one window shows in the others.
 * Programs on slides: their page opens over the slide.
 */
(() => {
  const { Reveal, deck, partialFailure } = globalThis;
  const states = {};

  const show = (figure, query) => {
    states[figure.id] = query;
    partialFailure.setState(figure, query);
  };

  /** The state that the author asks for at the present step of the slide. */
  const written = (figure) => {
    const query = new URLSearchParams(figure.dataset.state);
    const step = [...figure.querySelectorAll(".widget-go.visible")].at(-1)?.dataset.step;
    if (step !== undefined) query.set("step", step);
    return query.toString();
  };
  const follow = () => {
    for (const figure of Reveal.getCurrentSlide()?.querySelectorAll("[data-widget]") ?? [])
      show(figure, written(figure));
  };

  // Presets and settings stand aside: the room needs the picture.
  for (const panel of document.querySelectorAll(".widget-panel")) {
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Settings";
    more.setAttribute("aria-expanded", "false");
    more.addEventListener("click", () => {
      more.setAttribute("aria-expanded", String(panel.classList.toggle("open")));
    });
    panel.append(more);
  }

  // On paper a slide without steps shows where its widget ends.
  const print = () => {
    const isByStep = /[?&]steps\b/.test(location.search);
    for (const figure of document.querySelectorAll("[data-widget]")) {
      if (!isByStep)
        for (const go of figure.querySelectorAll(".widget-go")) go.classList.add("visible");
      show(figure, written(figure));
    }
  };

  if (partialFailure) {
    Reveal.on("pdf-ready", print);
    Reveal.on("ready", follow);
    Reveal.on("slidechanged", follow);
    const steps = ({ fragment }) => fragment.matches(".widget-go") && follow();
    Reveal.on("fragmentshown", steps);
    Reveal.on("fragmenthidden", steps);
    addEventListener("widget-change", ({ target, detail }) => {
      states[target.id] = detail;
      deck.tell("widgets", { [target.id]: detail });
    });
    deck.share("widgets", {
      read: () => states,
      apply: (told) => {
        for (const [id, query] of Object.entries(told)) {
          const figure = document.getElementById(id);
          if (figure?.matches("[data-widget]")) show(figure, query);
        }
      },
    });
  }

  // Programs.
  const dialog = document.createElement("dialog");
  dialog.className = "run-window";
  dialog.setAttribute("aria-label", "Program");
  document.body.append(dialog);
  let shown = null;

  const openRun = (address) => {
    shown = address;
    dialog.replaceChildren();
    if (address === null) {
      dialog.close();
      return;
    }
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Back to the slide";
    close.addEventListener("click", () => tellRun(null));
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.title = "The program, to change and run";
    dialog.append(close, frame);
    if (!dialog.open) dialog.showModal();
  };
  const tellRun = (address) => {
    openRun(address);
    deck.tell("run", address);
  };
  dialog.addEventListener("cancel", () => tellRun(null));
  addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-sample]");
    if (!button) return;
    const { sample, seed } = button.dataset;
    const seeded = seed ? `&seed=${seed}` : "";
    tellRun(`run-${sample.split("/")[0]}.html#sample=${sample}${seeded}`);
  });
  deck.share("run", {
    read: () => shown,
    apply: (address) => deck.role !== "next" && openRun(address),
  });
})();
