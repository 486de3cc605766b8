/*
 * Colors, text size and single-key shortcuts: applied in the head, so that the first paint has them, and chosen in the form of
 * the bar.
 */
(() => {
  const { reader } = globalThis;
  const root = document.documentElement;
  root.classList.add("js");
  apply();

  reader.ready(() => {
    const form = document.querySelector("#settings");
    if (!form) return;
    show(form);
    form.addEventListener("change", ({ target }) => {
      const value = target.type === "checkbox" ? target.checked : target.value;
      choose(target.name, value);
    });
    // Another page may have changed them while this one lay in the history.
    addEventListener("pageshow", () => {
      apply();
      show(form);
    });
  });

  /** @param steps  how many sizes up, or down where negative */
  reader.resize = (steps) => {
    const form = document.querySelector("#settings");
    const sizes = [...form.querySelectorAll("[name=size]")];
    const at = sizes.findIndex((input) => input.checked);
    const next = sizes[Math.min(sizes.length - 1, Math.max(0, at + steps))];
    choose("size", next.value);
    show(form);
    reader.say(`Text size ${next.parentElement.textContent.trim()}`);
  };

  function choose(name, value) {
    const block = reader.blockAtTop?.();
    const topPx = block?.getBoundingClientRect().top;
    reader.remember((kept) => {
      kept.settings[name] = value;
    });
    apply();
    // The line that is read stays where it is while the text round it grows.
    if (name === "size" && block) scrollBy(0, block.getBoundingClientRect().top - topPx);
  }

  function settings() {
    return { theme: "", size: "normal", shortcuts: true, ...reader.recall().settings };
  }

  function apply() {
    const { theme, size } = settings();
    for (const [name, value] of [
      ["theme", theme],
      ["size", size === "normal" ? "" : size],
    ]) {
      if (value === "") delete root.dataset[name];
      else root.dataset[name] = value;
    }
  }

  function show(form) {
    const chosen = settings();
    for (const input of form.querySelectorAll("input")) {
      if (input.type === "checkbox") input.checked = chosen[input.name];
      else input.checked = input.value === chosen[input.name];
    }
  }
})();
