/*
 * Heavy scripts of a page whose text can be read without them: asked for once the text is there, so that they do not take the
 * line from its faces. They run in their order.
 */
(() => {
  const { reader } = globalThis;

  reader.ready(async () => {
    const late = document.querySelector("meta[name=reader-late]")?.content.split(" ") ?? [];
    if (late.length === 0) return;
    await document.fonts.ready;
    // A page in the background is not painted; it need not wait for that.
    if (!document.hidden) await new Promise((resolve) => requestAnimationFrame(resolve));
    setTimeout(() => document.body.append(...late.map(scriptOf)));
  });

  function scriptOf(path) {
    const script = document.createElement("script");
    script.src = path;
    script.async = false;
    return script;
  }
})();
