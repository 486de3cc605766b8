/*
 * Starts a deck: reveal.js with the settings that its pages need, and what it leaves undone. Classic scripts, because browsers
 * load no modules from file://.
 */
(() => {
  const { Reveal, deck } = globalThis;
  const root = document.documentElement;
  const wrapper = document.querySelector(".reveal");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isRoom = deck.role === "room";
  const isPrint = /print-pdf|view=print/.test(location.search);

  // A dark deck for a dark room.
  const setTheme = (name) => {
    root.dataset.theme = name;
  };
  setTheme(/[?&]theme=dark\b/.test(location.search) ? "dark" : "light");
  root.dataset.role = deck.role;
  root.classList.add("js");

  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: isRoom,
    navigationMode: "linear",
    controls: isRoom,
    controlsTutorial: false,
    progress: isRoom,
    slideNumber: "c/t",
    // A view in the speaker's window is small, and yet no page to scroll.
    scrollActivationWidth: isRoom ? 435 : null,
    transition: still || !isRoom ? "none" : "fade",
    transitionSpeed: "fast",
    backgroundTransition: "none",
    autoAnimate: false,
    pdfSeparateFragments: /[?&]steps\b/.test(location.search),
    pdfMaxPagesPerSlide: 1,
    keyboard: deck.role !== "next",
    touch: deck.role !== "next",
    // Keys belong to what has the focus: reveal.js would take Space from a button and arrows from a list or a handle.
    keyboardCondition: (event) =>
      !event.target.closest?.(
        "button, input, select, summary, dialog, [role=slider], .widget-panel",
      ),
  });

  /** What a key or a button of the speaker does. The room does it, the other windows ask it to. */
  deck.deeds = {
    next: () => Reveal.next(),
    previous: () => Reveal.prev(),
    theme: () => {
      setTheme(root.dataset.theme === "dark" ? "light" : "dark");
      deck.tell("theme", root.dataset.theme);
    },
    blank: () => Reveal.togglePause(),
    speaker: () => openSpeaker(),
  };
  deck.run = (name) => (isRoom ? deck.deeds[name]?.() : deck.tell("deed", name));
  deck.share("deed", { apply: (name) => isRoom && deck.deeds[name]?.() });
  deck.share("theme", { read: () => root.dataset.theme, apply: setTheme });

  deck.key = (key, name, description) =>
    Reveal.addKeyBinding({ keyCode: key.charCodeAt(0), key, description }, () => deck.run(name));
  deck.key("D", "theme", "Light or dark");
  deck.key("S", "speaker", "Speaker's window");

  const openSpeaker = () => {
    const opened = open("speaker.html", `speaker-${wrapper.dataset.deck}`, "width=1280,height=860");
    if (opened) deck.connect(opened);
  };
  if (deck.role === "current" || deck.role === "next") {
    deck.connect(parent);
    deck.greet(parent);
  }

  // Where the deck stands: by the slide's id, since slides may be skipped.
  const place = () => ({
    id: Reveal.getCurrentSlide()?.id,
    step: (Reveal.getIndices().f ?? -1) + 1,
  });
  let isApplying = false;
  let told = "";
  const goTo = ({ id, step }) => {
    const index = Reveal.getSlides().findIndex((slide) => slide.id === id);
    if (index < 0) return;
    isApplying = true;
    told = JSON.stringify({ id, step });
    Reveal.slide(index, 0, step - 1);
    if (deck.role === "next") Reveal.next();
    isApplying = false;
  };
  const tellPlace = () => {
    const now = JSON.stringify(place());
    if (isApplying || deck.role === "next" || now === told) return;
    told = now;
    deck.tell("place", place());
  };
  deck.share("place", { read: place, apply: goTo });
  deck.share("blank", {
    read: () => Reveal.isPaused(),
    apply: (on) => deck.role === "current" && Reveal.togglePause(on),
  });
  for (const name of ["paused", "resumed"])
    Reveal.on(name, () => isRoom && deck.tell("blank", Reveal.isPaused()));

  // Slides near the current one are laid out but not seen: nothing of them may take the focus or be read out.
  const quietOthers = () => {
    const all = Reveal.isOverview() || Reveal.isScrollView?.() || Reveal.isPrintView?.();
    const current = Reveal.getCurrentSlide();
    for (const slide of Reveal.getSlides()) slide.inert = !all && slide !== current;
  };
  deck.quietOthers = quietOthers;

  Reveal.on("ready", () => {
    // Screen readers would stop reading the page as a page.
    wrapper.removeAttribute("role");
    quietOthers();
    if (deck.role === "next") document.body.inert = true;
    if (!isPrint) root.dataset.deck = "ready";
  });
  Reveal.on("pdf-ready", () => {
    quietOthers();
    root.dataset.deck = "ready";
  });
  for (const name of ["slidechanged", "overviewshown", "overviewhidden"])
    Reveal.on(name, quietOthers);
  for (const name of ["slidechanged", "fragmentshown", "fragmenthidden"])
    Reveal.on(name, () => queueMicrotask(tellPlace));
})();
