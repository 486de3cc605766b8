import { describe, expect, it } from "vitest";
import type { Body } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { echo } from "./echo.ts";

describe("echo", () => {
  const answersTo = (body: Body) => {
    const sim = simulate({
      seed: 1,
      nodes: { n1: echo },
      checkPurity: true,
    });
    sim.inject({ src: "c1", dest: "n1", body });
    sim.runUntil(5);
    return sim.trace.flatMap((event) =>
      event.kind === "send" && event.message.src === "n1"
        ? [event.message]
        : [],
    );
  };

  it("says back what it was told, to whom it came from", () => {
    const body = { type: "echo", msg_id: 4, echo: "please echo 35" };
    expect(answersTo(body)).toEqual([
      {
        src: "n1",
        dest: "c1",
        body: {
          type: "echo_ok",
          in_reply_to: 4,
          echo: "please echo 35",
        },
      },
    ]);
  });

  it("does not answer a message without msg_id", () => {
    expect(answersTo({ type: "echo", echo: "x" })).toEqual([]);
  });

  it("waits for nothing, so no timer moves it", () => {
    const state = { echoed: 2 };
    const event = { kind: "timer", name: "any" } as const;
    const step = echo.step(state, { event, nowMs: 0, dice: 1 });
    expect(step).toEqual([state, []]);
  });

  it("does not answer what is no echo", () => {
    expect(answersTo({ type: "read", msg_id: 1 })).toEqual([]);
  });
});
