/*
 * Starts a deck: reveal.js with the settings that its pages need, and what it leaves undone. A classic script, because
 * browsers load no modules from file://.
 */
(() => {
  const { Reveal, RevealNotes } = globalThis;
  const root = document.documentElement;
  const wrapper = document.querySelector(".reveal");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // "D" and ?theme=dark: a dark deck for a dark room.
  const setTheme = (name) => {
    root.dataset.theme = name;
  };
  setTheme(/[?&]theme=dark\b/.test(location.search) ? "dark" : "light");

  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    navigationMode: "linear",
    controlsTutorial: false,
    slideNumber: "c/t",
    transition: still ? "none" : "fade",
    transitionSpeed: "fast",
    backgroundTransition: "none",
    autoAnimate: false,
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    totalTime: Number(wrapper.dataset.seconds),
    defaultTiming: null,
    // Keys belong to what has the focus: reveal.js would take Space from a button and arrows from a list.
    keyboardCondition: (event) =>
      !event.target.closest?.("button, select, summary, [role=slider], [data-widget]"),
    plugins: [RevealNotes],
  });

  Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" }, () => {
    setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  });

  // Slides near the current one are laid out but not seen: nothing of them may take the focus or be read out.
  const quietOthers = () => {
    const all = Reveal.isOverview() || Reveal.isScrollView?.() || Reveal.isPrintView?.();
    const current = Reveal.getCurrentSlide();
    for (const slide of Reveal.getSlides()) slide.inert = !all && slide !== current;
  };

  // An exercise's minutes count down when asked to.
  for (const timer of document.querySelectorAll(".timer")) {
    const seconds = Number(timer.dataset.minutes) * 60;
    const button = document.createElement("button");
    button.type = "button";
    let left = seconds;
    let ticking = 0;
    const show = () => {
      const rest = Math.abs(left);
      const text = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
      button.textContent = left < 0 ? `+${text}` : text;
      button.setAttribute("aria-label", `${ticking ? "Stop" : "Start"} the clock, ${text}`);
      timer.classList.toggle("over", left < 0);
    };
    button.addEventListener("click", () => {
      if (ticking) clearInterval(ticking);
      ticking = ticking
        ? 0
        : setInterval(() => {
            left -= 1;
            show();
          }, 1000);
      show();
    });
    show();
    timer.replaceChildren(button);
  }

  Reveal.on("ready", () => {
    // Screen readers would stop reading the page as a page.
    wrapper.removeAttribute("role");
    quietOthers();
    if (!/print-pdf|view=print/.test(location.search)) root.dataset.deck = "ready";
  });
  Reveal.on("pdf-ready", () => {
    quietOthers();
    root.dataset.deck = "ready";
  });
  for (const name of ["slidechanged", "overviewshown", "overviewhidden"])
    Reveal.on(name, quietOthers);
})();
