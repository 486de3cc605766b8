/**
 * A link between two real processes that can be cut: it stands between
 * who dials and who listens, and passes messages on, or loses them. The
 * connections stay: a cut is not noticed but by the silence.
 */
import { createServer, type Socket } from "node:net";
import { onLines } from "./lines.ts";
import { type Address, dial, listen } from "./tcp.ts";

export type Link = {
  /** Whoever dials this reaches the other end. */
  readonly address: Address;
  cut(): void;
  heal(): void;
  close(): void;
};

// #region link
/** A way to an address; messages go one way only, from who dialled. */
export async function openLink(to: Address): Promise<Link> {
  let isCut = false;
  const callers = new Set<Socket>();
  const pass = (line: string) => {
    if (!isCut) onward.outbox.push(`${line}\n`);
  };
  const server = createServer((caller) => {
    callers.add(caller);
    caller.on("error", () => {});
    caller.on("close", () => callers.delete(caller));
    onLines(caller, pass, () => {});
  });
  const address = await listen(server, { host: to.host, port: 0 });
  const onward = dial("the other end", to, { log: () => {} });
  return {
    address,
    cut() {
      isCut = true;
    },
    heal() {
      isCut = false;
    },
    close() {
      server.close();
      onward.close();
      for (const caller of callers) caller.destroy();
    },
  };
}
// #endregion link
