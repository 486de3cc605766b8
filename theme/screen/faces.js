/*
 * The faces of the first screen begin to load here, before the first layout asks for them, and the text waits for them
 * unseen: otherwise it is set in the system's faces first, and its lines move under the reader's eyes.
 */
(() => {
  /** A page without its faces is better than no page. */
  const waitMsMax = 1000;
  const ofText = ["PF Serif 400", "PF Serif 600", "PF Serif Display 600", "PF Sans 300"];
  const ofAll = ["PF Sans 400", "PF Sans 600", "PF Code 400"];
  const ofPrograms = ["PF Code 600"];
  // Pages of programs lie in folders below the others.
  const isProgram = document.currentScript.getAttribute("src").startsWith("..");
  const wanted = new Set([...ofAll, ...(isProgram ? ofPrograms : ofText)]);

  const root = document.documentElement;
  root.classList.add("awaits-faces");
  const show = () => root.classList.remove("awaits-faces");
  const loads = [...document.fonts].filter(isWanted).map((face) => face.load());
  Promise.allSettled(loads).then(show);
  setTimeout(show, waitMsMax);

  function isWanted({ family, weight, style }) {
    const isSlanted = style === "italic";
    const name = `${family.replaceAll('"', "")} ${weight}`;
    return wanted.has(name) && (!isSlanted || name === "PF Serif 400" || isProgram);
  }
})();
