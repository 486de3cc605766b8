/**
 * Clients of a key-value store of real processes, in the words of
 * Maelstrom's lin-kv, who write down what they asked, when, and what they
 * were told. What nobody knows the end of makes a history hard to check:
 * so who got no answer to a write only reads until the store answers
 * again, comes back under another name, and keys are left after a while.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Json, NodeId } from "../kernel/node.ts";
import {
  fraction,
  intBetween,
  nextDice,
  stream,
} from "../kernel/random.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import { type Client, openClient } from "./client.ts";
import type { Address } from "./tcp.ts";

export type LoadOptions = {
  readonly addresses: ReadonlyMap<NodeId, Address>;
  readonly clients: number;
  /** How many keys are in use at a time, and for how long. */
  readonly keys: number;
  readonly keysMs: number;
  /** From an answer to the next question, at most. */
  readonly thinkMsMax: number;
  /** After a question that was not answered. */
  readonly waryMs: number;
  readonly timeoutMs: number;
  /** Of the clients' choices; time has its say too. */
  readonly seed: number;
};

export type Load = {
  /** What was asked so far. */
  history(): readonly Operation[];
  /** Fulfilled when nobody waits for an answer any more. */
  stop(): Promise<void>;
  /** Read each key that was ever in use until there is an answer. */
  readAll(): Promise<void>;
};

/** Milliseconds since this computer was started. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** One after the other the same person under several names. */
type Person = {
  readonly nick: string;
  name: NodeId;
  lives: number;
  client: Client | null;
  /** Where in the list of servers the next connection goes. */
  target: number;
  asked: number;
  dice: number;
  /** Only reads, until one is answered. */
  isWary: boolean;
  readonly seen: Map<string, Json>;
};

type Desk = {
  readonly options: LoadOptions;
  /** What was sent and what came back: all that a history is made of. */
  readonly trace: TraceEvent[];
  readonly names: NodeId[];
};

/** Begin to ask; goes on until `stop`. */
export function startLoad(options: LoadOptions): Load {
  const startMs = nowMs();
  const desk: Desk = { options, trace: [], names: [] };
  const used = new Set<string>();
  let isStopped = false;
  const work = async (person: Person) => {
    while (!isStopped) {
      const question = draw(person, options, nowMs() - startMs);
      used.add(question.key);
      await askOnce(desk, person, question);
      const thinkMs = fraction(turn(person)) * options.thinkMsMax;
      await sleep(person.isWary ? options.waryMs : thinkMs);
    }
    person.client?.close();
  };
  const people = Array.from({ length: options.clients }, (_, i) =>
    newPerson(`c${i + 1}`, stream(options.seed, i)),
  );
  const works = people.map(work);
  return {
    history: () => historyOf(desk.trace, desk.names),
    async stop() {
      isStopped = true;
      await Promise.all(works);
    },
    readAll: () => readAll(desk, [...used]),
  };
}

function newPerson(nick: string, dice: number): Person {
  return {
    nick,
    name: nick,
    lives: 0,
    client: null,
    target: intBetween(dice, 0, 1000),
    asked: 0,
    dice,
    isWary: true,
    seen: new Map(),
  };
}

/** The next of a person's dice. */
function turn(person: Person): number {
  person.dice = nextDice(person.dice);
  return stream(person.dice, 0);
}

// #region draw
type Question = Body & { readonly key: string };

/** A read, a write, or a guess at what a key holds; no value twice. */
function draw(
  person: Person,
  { keys, keysMs }: LoadOptions,
  elapsedMs: number,
): Question {
  const dice = turn(person);
  const era = Math.floor(elapsedMs / keysMs);
  const key = `${era}-${intBetween(stream(dice, 0), 1, keys)}`;
  const luck = fraction(stream(dice, 1));
  if (person.isWary || luck < 0.4) return { type: "read", key };
  const value = `${person.nick}-${person.asked}`;
  const from = person.seen.get(key);
  if (luck < 0.8 || from === undefined) {
    return { type: "write", key, value };
  }
  return { type: "cas", key, from, to: value };
}
// #endregion draw

// #region ask-once
/** Ask, write down, and learn from the answer; null where none came. */
async function askOnce(
  desk: Desk,
  person: Person,
  question: Question,
): Promise<Body | null> {
  const { options, trace } = desk;
  const at = person.target % options.addresses.size;
  const dest = [...options.addresses.keys()][at] ?? "";
  const client = await connected(desk, person, dest);
  // Nobody was there to ask: nothing has happened.
  if (client === null) return null;
  person.asked += 1;
  const id = trace.length;
  const { name, asked } = person;
  const sent = { ...question, msg_id: asked };
  const message = { src: name, dest, body: sent };
  const sentMs = nowMs();
  trace.push({ atMs: sentMs, kind: "send", id, message });
  const body = await client.ask(sent, options.timeoutMs);
  if (body !== null) {
    const message = { src: dest, dest: name, body };
    const atMs = nowMs();
    trace.push({ atMs, kind: "deliver", id, message, sentMs });
  }
  learn(person, question, body);
  return body;
}
// #endregion ask-once

async function connected(
  { options, names }: Desk,
  person: Person,
  dest: NodeId,
): Promise<Client | null> {
  if (person.client?.isOpen()) return person.client;
  const address = options.addresses.get(dest);
  if (address === undefined) return null;
  person.lives += 1;
  person.name = `${person.nick}.${person.lives}`;
  person.client = await openClient(person.name, dest, address);
  if (person.client === null) leave(person);
  else names.push(person.name);
  return person.client;
}

/** Go to the next server, as somebody else, and read first. */
function leave(person: Person): void {
  person.client?.close();
  person.client = null;
  person.target += 1;
  person.isWary = true;
}

function learn(
  person: Person,
  { key, value, to, type }: Question,
  answer: Body | null,
): void {
  const isAway = answer?.type === "error" && answer.code === 11;
  if (answer === null || isAway) {
    leave(person);
    return;
  }
  if (type === "read") person.isWary = false;
  const seen = answer.value ?? value ?? to;
  if (answer.type !== "error" && seen !== undefined) {
    person.seen.set(key, seen);
  }
}

/** How often a last read is tried, and how long after one another. */
const lastReads = { attemptsMax: 100, restMs: 100 };

async function readAll(
  desk: Desk,
  keys: readonly string[],
): Promise<void> {
  const person = newPerson("last", desk.options.seed);
  for (const key of keys) {
    for (let i = 0; ; i++) {
      if (i === lastReads.attemptsMax) {
        throw new Error(`Nobody answers a read of ${key} any more.`);
      }
      const answer = await askOnce(desk, person, { type: "read", key });
      if (answer?.type === "read_ok" || answer?.code === 20) break;
      await sleep(lastReads.restMs);
    }
  }
  person.client?.close();
}
