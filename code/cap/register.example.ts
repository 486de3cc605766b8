/** Two replicas, a cut link, and two ways to answer alone. */
import type { Operation } from "../kernel/history.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  cutMs,
  healMs,
  story,
  tell,
  waitMs,
} from "./register.scenario.ts";
import type { Choice } from "./register.ts";

export const defaultSeed = 7;

/** All delays are fixed: each seed gives the same. */
export function run(seed: number): string {
  return [
    `The link is cut from ${cutMs} to ${healMs} ms. A replica waits`,
    `${waitMs} ms for the other one; then it decides alone.`,
    ...(["answer", "refuse"] as const).flatMap((choice) => [
      "",
      ...told(choice, seed),
    ]),
  ].join("\n");
}

function told(choice: Choice, seed: number): readonly string[] {
  const alone = { read: choice, write: choice };
  const { history, verdict } = tell(alone, story, seed);
  return [
    `Alone, ${choice}:`,
    ...history.map((one, nth) => line(one, story[nth]?.at ?? "")),
    verdict.verdict === "ok"
      ? "  linearizable"
      : "  not linearizable: no order explains it",
  ];
}

function line(one: Operation, at: string): string {
  const { process, op, args, invokeMs, returnMs, result } = one;
  const asked = [op, args.value].filter(Boolean).join(" ");
  const said =
    result?.type === "error"
      ? op === "read"
        ? "refused"
        : "refused (done? nobody knows)"
      : String(result?.value ?? "ok");
  return [
    `${invokeMs}`.padStart(6),
    `  ${process} at ${at}`,
    `  ${asked.padEnd(13)}`,
    `${said.padEnd(7)}`,
    result?.type === "error"
      ? ""
      : `  ${(returnMs ?? 0) - invokeMs} ms`,
  ].join("");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
