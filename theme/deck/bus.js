/*
 * The windows of a deck: the room's, the speaker's, and the two views of the deck within the speaker's. What one of them shows,
 * the others are told: `deck.share` names a value with how it is read and applied, `deck.tell` sends it. Windows of a folder have
 * no origin that could be compared, so messages are taken from known windows alone.
 */
globalThis.deck = (() => {
  const asked = new URLSearchParams(location.search).get("role");
  const role = document.body.classList.contains("speaker") ? "speaker" : (asked ?? "room");
  const peers = new Set();
  const values = new Map();

  const post = (to, kind, value) => to.postMessage({ deck: true, kind, value }, "*");
  const tell = (kind, value) => {
    for (const peer of peers) post(peer, kind, value);
  };

  addEventListener("message", ({ source, data }) => {
    if (data?.deck !== true || !peers.has(source)) return;
    const { kind, value } = data;
    if (kind === "hello") {
      if (role === "speaker") for (const peer of peers) if (peer !== source) post(peer, kind);
      if (role !== "room") return;
      for (const [name, { read }] of values) if (read) post(source, name, read());
      return;
    }
    values.get(kind)?.apply(value);
    // The speaker's window stands between the room and the views.
    if (role === "speaker") for (const peer of peers) if (peer !== source) post(peer, kind, value);
  });

  return {
    role,
    tell,
    /** `read` is left out of what cannot be asked for, `apply` must not tell again. */
    share: (kind, value) => values.set(kind, value),
    connect: (peer) => peers.add(peer),
    /** Ask a window for all that it shares. */
    greet: (peer) => post(peer, "hello"),
  };
})();
