/*
 * The speaker's window: hands on what the room and the two views tell each other, shows the notes and the time, and passes keys
 * and buttons to the room.
 */
(() => {
  const { deck } = globalThis;
  const part = (id) => document.getElementById(id);
  const room = globalThis.opener;

  for (const id of ["current", "next"]) deck.connect(part(id).contentWindow);
  if (room) {
    deck.connect(room);
    deck.greet(room);
  }

  const clock = (seconds) => {
    const whole = Math.abs(Math.round(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };
  const paceWords = ({ latenessS, isRunning, elapsedS }) => {
    if (!isRunning && elapsedS === 0) return "The clock starts when you leave the first slide.";
    if (!isRunning) return "The clock stands.";
    if (latenessS > 0) return `${clock(latenessS)} behind`;
    return latenessS < 0 ? `${clock(latenessS)} ahead` : "On time";
  };

  let shownId = null;
  const show = (view) => {
    const { plan, elapsedS, minutes } = view;
    const end = plan.startS + plan.timeS;
    part("elapsed").textContent =
      `${clock(elapsedS)} of ${minutes}:00 · this slide until ${clock(end)}`;
    part("pace").textContent = paceWords(view);
    part("pace").dataset.late = String(view.latenessS > 0);
    part("skipped").replaceChildren(...view.skipped.map(skippedLine));
    if (view.id === shownId) return;
    shownId = view.id;
    part("notes").innerHTML = view.notes;
    part("notes").parentElement.scrollTop = 0;
  };
  const skippedLine = ({ title, instead }) => {
    const line = document.createElement("span");
    line.innerHTML = instead;
    line.querySelector(".label")?.remove();
    const head = document.createElement("strong");
    head.textContent = `Skipped: ${title}. Say: `;
    line.prepend(head);
    return line;
  };
  deck.share("view", { apply: show });
  const deed = (name) => deck.tell("deed", name);
  for (const button of document.querySelectorAll(".deeds button"))
    button.addEventListener("click", () => deed(button.id));

  const keys = {
    ArrowRight: "next",
    ArrowDown: "next",
    PageDown: "next",
    " ": "next",
    ArrowLeft: "previous",
    ArrowUp: "previous",
    PageUp: "previous",
    c: "pause-clock",
    x: "behind",
    r: "restore",
    t: "exercise-clock",
    h: "hint",
    b: "blank",
    l: "laser",
    z: "zoom",
    w: "save-log",
    d: "theme",
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const isReading = event.target.closest(".said") && /^(Arrow(Up|Down)|Page)/.test(event.key);
    const name = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!name || isReading) return;
    event.preventDefault();
    deed(name);
  });
})();
