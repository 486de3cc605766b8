/*
 * Data beyond the page: scripts of assets/ that call `reader.take`, for a page of a folder may fetch nothing.
 */
(() => {
  const { reader } = globalThis;
  const assets = new URL(".", document.currentScript.src);
  const waiting = new Map();
  const loaded = new Map();

  /** The folder of the edition, as an address that ends with a slash. */
  reader.home = new URL("..", assets).href;

  reader.take = (name, data) => waiting.get(name)?.(data);

  /** @param name  path below assets/, without its ending */
  reader.load = (name) => {
    if (!loaded.has(name)) loaded.set(name, request(name));
    return loaded.get(name);
  };

  function request(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      waiting.set(name, resolve);
      script.src = new URL(`${name}.js`, assets).href;
      script.addEventListener("error", () => {
        loaded.delete(name);
        reject(new Error(`${script.src} did not load`));
      });
      document.head.append(script);
    });
  }
})();
