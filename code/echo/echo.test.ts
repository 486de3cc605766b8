import { describe, expect, it } from "vitest";
import type { Body, Input } from "../kernel/node.ts";
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

  it("does not answer what is no echo", () => {
    expect(answersTo({ type: "read", msg_id: 1 })).toEqual([]);
  });

  const stepped = (event: Input["event"]) =>
    echo.step({ echoed: 2 }, { event, nowMs: 0, dice: 1 });
  const heard = (body: Body) => {
    const message = { src: "c1", dest: "n1", body };
    return stepped({ kind: "message", message })[0];
  };

  it("counts what it has said back, and nothing else", () => {
    const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };
    expect(echo.init(setup)).toEqual([{ echoed: 0 }, []]);
    expect(heard({ type: "echo", msg_id: 1 })).toEqual({ echoed: 3 });
    expect(heard({ type: "read", msg_id: 1 })).toEqual({ echoed: 2 });
  });

  it("does nothing of its own: not at a timer, not at other messages", () => {
    const nothing = [{ echoed: 2 }, []];
    expect(stepped({ kind: "timer", name: "any" })).toEqual(nothing);
    const body = { type: "read", msg_id: 1 };
    const message = { src: "c1", dest: "n1", body };
    expect(stepped({ kind: "message", message })).toEqual(nothing);
  });
});
