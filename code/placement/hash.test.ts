import { describe, expect, test } from "vitest";
import { hash32 } from "./hash.ts";
import {
  crc16,
  evenSlots,
  giveSlotsTo,
  slotCount,
  slotOf,
} from "./slots.ts";

describe("MurmurHash3 for 32 bits", () => {
  test.each([
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["test", 0, 0xba6bd213],
    ["test", 0x9747b28c, 0x704b81dc],
    ["Hello, world!", 0, 0xc0363e43],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
  ])(
    "gives the published value for %j with seed %i",
    (text, seed, want) => {
      expect(hash32(text, seed)).toBe(want);
    },
  );

  test("reads texts as UTF-8", () => {
    expect(hash32("é")).not.toBe(hash32("e"));
    expect(hash32("é")).not.toBe(hash32("\u00e8"));
  });
});

describe("hash slots, as in Redis Cluster", () => {
  test("the check value of CRC-16/XMODEM is 0x31C3", () => {
    expect(crc16("123456789")).toBe(0x31c3);
  });

  test("equal text in braces means an equal slot", () => {
    expect(slotOf("{user1}.following")).toBe(
      slotOf("{user1}.followers"),
    );
    expect(slotOf("{user1}.following")).toBe(slotOf("user1"));
  });

  test.each([
    ["foo{}{bar}", "foo{}{bar}"],
    ["foo{{bar}}zap", "{bar"],
    ["foo{bar}{zap}", "bar"],
    ["foo}{bar", "foo}{bar"],
    ["foo{bar", "foo{bar"],
    ["foo}bar", "foo}bar"],
  ])("of %s the part that counts is %s", (key, counts) => {
    expect(slotOf(key)).toBe(crc16(counts) % slotCount);
  });

  test("a newcomer gets its mean, and nothing else moves", () => {
    const before = evenSlots(["a", "b", "c"]);
    const after = giveSlotsTo(before, "d");
    const moved = before.filter((node, slot) => node !== after[slot]);
    expect(moved.length).toBe(slotCount / 4);
    expect(after.filter((node) => node === "d").length).toBe(4096);
    for (const id of ["a", "b", "c"])
      expect(after.filter((node) => node === id).length).toBe(4096);
  });

  test("every node has an equal run of slots at first", () => {
    const map = evenSlots(["a", "b", "c"]);
    expect(map.length).toBe(slotCount);
    expect(map.indexOf("b")).toBe(5462);
    expect(map.lastIndexOf("b")).toBe(10_922);
  });
});
