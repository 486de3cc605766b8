import { expect, it } from "vitest";
import { measureThroughput } from "./throughput.ts";

it("counts the messages it moved in the time it was given", () => {
  const { messages, seconds, messagesPerSecond } =
    measureThroughput(0.05);
  expect(messages).toBeGreaterThan(100);
  expect(seconds).toBeGreaterThanOrEqual(0.05);
  expect(messagesPerSecond).toBeCloseTo(messages / seconds, 6);
});
