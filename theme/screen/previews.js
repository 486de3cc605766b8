/*
 * What a link leads to, shown beside it: on hover after a moment, on focus by keyboard, never by touch, where the link simply
 * leads. The pointer can move onto it, it stays until pointer or focus leave, and Escape closes it (WCAG 1.4.13).
 */
(() => {
  const { reader } = globalThis;
  const showAfterMs = 350;
  const hideAfterMs = 250;
  const wanted = "a.ref, a.cite, a.term-use, a.footnote-ref, a.locator";
  let tip = null;
  let link = null;
  let timer = 0;

  reader.ready(() => {
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const over = event.target.closest?.(wanted);
      if (over) plan(showAfterMs, () => show(over));
      else if (tip?.contains(event.target)) clearTimeout(timer);
      else if (link) plan(hideAfterMs, hide);
      else clearTimeout(timer);
    });
    document.addEventListener("focusin", ({ target }) => {
      if (target.matches(wanted) && target.matches(":focus-visible")) show(target);
      else hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && link) hide();
    });
    document.addEventListener("click", hide);
  });

  function plan(afterMs, act) {
    clearTimeout(timer);
    timer = setTimeout(act, afterMs);
  }

  async function show(over) {
    clearTimeout(timer);
    if (over === link) return;
    hide();
    link = over;
    const content = await contentFor(over);
    if (link !== over) return;
    if (!content) {
      link = null;
      return;
    }
    tip ??= makeTip();
    tip.replaceChildren(content);
    tip.hidden = false;
    over.setAttribute("aria-describedby", tip.id);
    place(over);
  }

  function hide() {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    link = null;
    if (tip) tip.hidden = true;
  }

  function makeTip() {
    const made = document.createElement("div");
    made.id = "preview";
    made.setAttribute("role", "tooltip");
    document.querySelector("main").append(made);
    return made;
  }

  /** Below the line of the link, or above it where there is more room. */
  function place(over) {
    const box = over.getClientRects()[0] ?? over.getBoundingClientRect();
    const room = innerHeight - box.bottom;
    const isBelow = room > tip.offsetHeight + 8 || room > box.top;
    const leftMax = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.maxHeight = `${Math.max(80, (isBelow ? room : box.top) - 16)}px`;
    tip.style.left = `${Math.max(8, Math.min(box.left, leftMax))}px`;
    tip.style.top = `${isBelow ? box.bottom + 4 : box.top - tip.offsetHeight - 4}px`;
  }

  /** From this page where it stands here, otherwise from the previews of the edition. */
  async function contentFor(over) {
    const address = new URL(over.href);
    const id = reader.idIn(address);
    const isHere = address.pathname === location.pathname;
    const target = isHere && id !== "" ? document.getElementById(id) : null;
    const found = target && contentOf(target);
    if (found) return found;
    const previews = await reader.load("previews").catch(() => ({}));
    const page = address.pathname.split("/").pop();
    const html = previews[id.replace(/^term-/, "gl-")] ?? (id === "" ? previews[page] : undefined);
    if (html === undefined) return null;
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  function contentOf(target) {
    const content = document.createDocumentFragment();
    if (target.tagName === "FIGURE") content.append(plainCopy(target));
    else if (target.matches("li")) content.append(...plainCopy(target).childNodes);
    else if (target.matches("h2, h3, section:not(.solution)")) content.append(...titled(target));
    else return null;
    return content;
  }

  function titled(target) {
    const heading = target.matches("section") ? target.querySelector("h2, h3") : target;
    const title = document.createElement("strong");
    title.textContent = heading ? plainCopy(heading).textContent : "";
    let next = heading?.nextElementSibling;
    if (next?.matches(".noted")) next = next.querySelector(":scope > p");
    return next?.matches("p") ? [title, plainCopy(next)] : [title];
  }

  /** A copy that has no ids and nothing to press. */
  function plainCopy(node) {
    const copy = node.cloneNode(true);
    for (const extra of copy.querySelectorAll(
      "button, .permalink:empty, h2 > .permalink, h3 > .permalink, .paragraph-mark, .open-file, .footnote-back",
    ))
      extra.remove();
    for (const anchor of copy.querySelectorAll("a")) anchor.replaceWith(...anchor.childNodes);
    if (copy.matches("h2, h3")) copy.querySelector(".permalink")?.remove();
    for (const element of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["id", "tabindex", "aria-describedby"]) element.removeAttribute(name);
    }
    return copy;
  }
})();
