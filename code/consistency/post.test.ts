/** Ana's post, by the setting of the dial. */
import { describe, expect, test } from "vitest";
import { checkSession } from "../kernel/sessions.ts";
import type { Level } from "./levels.ts";
import { tour, versionOf, visit } from "./post.scenario.ts";

/** What she sees at each look, and how many ms it takes. */
function looks(level: Level) {
  return visit(level, 7)
    .history.slice(1)
    .map((read) => [
      read.result?.value,
      Math.round((read.returnMs ?? Infinity) - read.invokeMs),
    ]);
}
const seen = (ms = 2) => ["post", ms];
const gone = [null, 2];

describe("a post at the primary, and five looks", () => {
  test("from replicas as they are: there, and gone, and there", () => {
    const { history } = visit("consistent-prefix", 7);
    expect(history[0]).toMatchObject({
      process: "ana",
      op: "write",
      args: { key: "page", value: "post" },
      outcome: "ok",
    });
    expect(looks("consistent-prefix")).toEqual([
      gone,
      seen(),
      gone,
      seen(),
      seen(),
    ]);
    const broken = (name: "read-your-writes" | "monotonic-reads") =>
      checkSession(name, history, versionOf);
    expect(broken("read-your-writes")).toMatchObject({
      verdict: "illegal",
      versions: [1, 0],
    });
    expect(broken("monotonic-reads")).toMatchObject({
      verdict: "illegal",
      versions: [1, 0],
    });
  });

  test("each guarantee waits for its own: the late replica", () => {
    expect(looks("monotonic-reads")).toEqual([
      gone,
      seen(),
      seen(296),
      seen(),
      seen(),
    ]);
    const ownWrites = [seen(700), seen(), seen(), seen(), seen()];
    expect(looks("read-your-writes")).toEqual(ownWrites);
    expect(looks("causal")).toEqual(ownWrites);
  });

  test("a majority does not wait for the late one", () => {
    const twoRounds = seen(22);
    expect(looks("linearizable")).toEqual(Array(5).fill(twoRounds));
  });

  test("each request goes to the replica whose turn it is", () => {
    const { sim } = visit("eventual", 7);
    const asked = sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.src === "ana"
        ? [event.message.dest]
        : [],
    );
    expect(asked).toEqual(tour);
  });
});
