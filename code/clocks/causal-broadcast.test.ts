import { describe, expect, it } from "vitest";
import { intBetween, stream } from "../kernel/random.ts";
import { seeds } from "../seeds.ts";
import {
  type Broadcast,
  broadcast,
  type Member,
  receive,
} from "./causal-broadcast.ts";

const fresh: Member = { delivered: {}, heldBack: [], log: [] };

describe("causal broadcast (Birman, Schiper, Stephenson 1991)", () => {
  it("holds an answer back until its question has come", () => {
    const [, question] = broadcast(fresh, "n1", "Lunch?");
    const n2 = receive(fresh, question);
    const [, answer] = broadcast(n2, "n2", "Yes.");
    const early = receive(fresh, answer);
    expect(early.log).toEqual([]);
    expect(receive(early, question).log).toEqual(["Lunch?", "Yes."]);
  });

  it("keeps one sender's messages in order (FIFO)", () => {
    const [n1, first] = broadcast(fresh, "n1", "first");
    const [, second] = broadcast(n1, "n1", "second");
    const n2 = receive(receive(fresh, second), first);
    expect(n2.log).toEqual(["first", "second"]);
  });

  it.each(seeds(100))(
    "delivers all, and no effect before its cause, in any arrival order, seed %i",
    (seed) => {
      const { members, causes } = chatter(seed);
      for (const member of members) {
        expect(member.heldBack).toEqual([]);
        expect(member.log.length).toBe(causes.size);
        member.log.forEach((text, place) => {
          for (const cause of causes.get(text) ?? []) {
            expect(member.log.indexOf(cause)).toBeLessThan(place);
          }
        });
      }
    },
  );

  it("does not order concurrent messages: two members may differ", () => {
    const differs = Array.from({ length: 20 }, (_, i) => chatter(i + 1))
      .map(({ members }) => new Set(members.map((m) => m.log.join())))
      .some((orders) => orders.size > 1);
    expect(differs).toBe(true);
  });
});

/** Three members talk; every copy arrives once, in an order by lot. */
function chatter(seed: number) {
  const names = ["n1", "n2", "n3"];
  const members = names.map(() => fresh);
  const flying: { to: number; message: Broadcast }[] = [];
  const causes = new Map<string, readonly string[]>();
  for (let turn = 0; causes.size < 9 || flying.length > 0; turn++) {
    const dice = stream(seed, turn);
    const speaks = flying.length === 0 || intBetween(dice, 0, 2) === 0;
    if (speaks && causes.size < 9) {
      const who = intBetween(stream(dice, 1), 0, 2);
      const member = members[who] ?? fresh;
      const text = `m${causes.size}`;
      causes.set(text, member.log);
      const [next, message] = broadcast(member, names[who] ?? "", text);
      members[who] = next;
      for (const to of [0, 1, 2]) {
        if (to !== who) flying.push({ to, message });
      }
    } else {
      const pick = intBetween(stream(dice, 2), 0, flying.length - 1);
      const [arrival] = flying.splice(pick, 1);
      if (arrival === undefined) continue;
      const { to, message } = arrival;
      members[to] = receive(members[to] ?? fresh, message);
    }
  }
  return { members, causes };
}
