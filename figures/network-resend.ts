/** Numbers, acknowledgments, a loss in each direction, and sending again. */
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import type { ListenerState } from "../code/link/link.ts";
import { resendStory } from "../code/link/resend.scenario.ts";

export const program = null;
export const seed = 1;

export function draw(): string {
  const sim = resendStory();
  const heard = sim.state<ListenerState>("b").heard;
  const told = new Set<string>();
  /** Several things of one kind in one millisecond get one label. */
  const once = (kind: string, atMs: number, words: string) => {
    const key = `${kind} ${atMs}`;
    if (told.has(key)) return null;
    told.add(key);
    return words;
  };
  const label = (event: TraceEvent): string | null => {
    if (event.kind === "timer" && event.name === "resend") return "sends again";
    if (event.kind === "persist") {
      const now = heard.filter(({ atMs }) => atMs === event.atMs).map(({ data }) => String(data));
      if (now.length === 0) return null;
      return once("hand", event.atMs, `hands on ${now.join(", ")}`);
    }
    if (event.kind !== "send") return null;
    const { type, seq, ack } = event.message.body;
    if (type === "ack") return `ack ${ack}`;
    return event.atMs === 60 ? "2, 3, 4, 5" : String(seq);
  };
  /** Of four copies at once one is drawn, and of four answers to them. */
  const shown = new Set<string>();
  const first = (event: TraceEvent): boolean => {
    if (event.kind !== "send" || event.atMs < 60) return true;
    const key = `${event.message.src} ${event.atMs}`;
    if (shown.has(key)) return false;
    shown.add(key);
    return true;
  };
  return drawSpaceTime(sim.trace, {
    nodes: ["a", "b"],
    nodeLabel: (node) => (node === "a" ? "sender" : "receiver"),
    fromMs: 8,
    toMs: 86,
    heightPx: 400,
    label: memo(label),
    show: first,
  });
}

/** Asked twice about an event, it says the same. */
function memo(label: (event: TraceEvent) => string | null) {
  const said = new Map<TraceEvent, string | null>();
  return (event: TraceEvent): string | null => {
    const before = said.get(event);
    if (before !== undefined) return before;
    const now = label(event);
    said.set(event, now);
    return now;
  };
}
