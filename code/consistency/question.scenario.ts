/**
 * a asks in one place; b reads the question and answers in another; c is
 * where the answer comes at once and the question late.
 */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Message, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { withSession } from "./session.ts";
import type { State } from "./state.ts";

// #region question
/** What a, b and c saw; the link from n1 to n3 is slow. */
export function questionAndAnswer(
  node: Node<State>,
): readonly Operation[] {
  const asks = (target: string, startMs: number, questions: Body[]) =>
    withSession(
      scriptedClient(questions, {
        targets: [target],
        timeoutMs: 500,
        startMs,
      }),
      () => "causal",
    );
  const write = (key: string, value: string) => ({
    type: "write",
    key,
    value,
  });
  const read = (key: string) => ({ type: "read", key });
  const nodes = {
    n1: node,
    n2: node,
    n3: node,
    a: asks("n1", 0, [write("x", "question")]),
    b: asks("n2", 50, [read("x"), write("y", "answer")]),
    c: asks("n3", 75, [read("y"), read("x")]),
  };
  const fate = ({ src, dest, body }: Message) =>
    src === "n1" && dest === "n3" && body.type === "updates"
      ? 200
      : undefined;
  const clients = ["a", "b", "c"];
  const network = { fate };
  const sim = simulate({ seed: 1, nodes, clients, network });
  sim.runUntil(98);
  return historyOf(sim.trace, clients);
}
// #endregion question
