/** How messages leave: lost, late, doubled, or cut off. */
import { roundMs } from "./clock.ts";
import { type DelayMs, drawDelay, isCut } from "./network.ts";
import type { Message } from "./node.ts";
import { push } from "./queue.ts";
import { fraction, nextDice, stream } from "./random.ts";
import type { DropReason } from "./trace.ts";
import { type Arrival, record, type World } from "./world.ts";

const usualDelayMs: DelayMs = { kind: "constant", ms: 5 };

// #region send
/** A message leaves: it will arrive never, once, or twice. */
export function send(
  world: World,
  message: Message,
  extraMs: number,
): void {
  const { nowMs, cuts } = world;
  const id = world.messagesSent;
  world.messagesSent += 1;
  record(world, { atMs: nowMs, kind: "send", id, message });
  const arrival: Arrival = {
    kind: "arrival",
    id,
    message,
    sentMs: nowMs,
  };
  const { isLost, delaysMs } = drawFate(world, message);
  const duesMs = delaysMs.map((ms) => roundMs(nowMs + extraMs + ms));
  const reason = isCut(cuts, message.src, message.dest)
    ? "partition"
    : "loss";
  for (const dueMs of duesMs) {
    if (isLost || reason === "partition") {
      drop(world, arrival, dueMs, reason);
    } else push(world.queue, dueMs, arrival);
  }
}
// #endregion send

type Fate = {
  readonly isLost: boolean;
  /** Of the message, and of its copy if there is one. */
  readonly delaysMs: readonly number[];
};

// #region fate
/** What the network does to this message. To itself a node just talks. */
function drawFate(world: World, message: Message): Fate {
  const { network, nowMs } = world;
  if (message.src === message.dest)
    return { isLost: false, delaysMs: [0] };
  // One dice for each message and a stream of it for each question: an
  // option more does not shift the luck of all that comes later.
  const dice = nextDice(world.networkDice);
  world.networkDice = dice;
  const loss = network.messageLossProbability ?? 0;
  const copies = network.messageDuplicateProbability ?? 0;
  const delayMs = network.delayMs ?? usualDelayMs;
  const first = drawDelay(delayMs, stream(dice, 1));
  const fate = network.fate?.(message, nowMs);
  if (typeof fate === "number")
    return { isLost: false, delaysMs: [fate] };
  if (fate === "lose" || fraction(stream(dice, 0)) < loss) {
    return { isLost: true, delaysMs: [first] };
  }
  if (fraction(stream(dice, 2)) >= copies) {
    return { isLost: false, delaysMs: [first] };
  }
  const second = drawDelay(delayMs, stream(dice, 3));
  return { isLost: false, delaysMs: [first, second] };
}
// #endregion fate

/** Write down that a message did not arrive, and why. */
export function drop(
  world: World,
  arrival: Arrival,
  dueMs: number,
  reason: DropReason,
): void {
  const { id, message, sentMs } = arrival;
  const atMs = world.nowMs;
  const what = { id, message, sentMs, dueMs, reason };
  record(world, { atMs, kind: "drop", ...what });
}
