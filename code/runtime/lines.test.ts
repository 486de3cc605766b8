/** Cutting streams into lines, and lines into messages. */
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cut,
  type Framing,
  lineOf,
  messageOf,
  nothingRead,
  onLines,
} from "./lines.ts";

/** All lines of a text that comes in these pieces. */
function read(pieces: readonly string[], lengthMax = 1000) {
  let framing: Framing = nothingRead;
  const lines: string[] = [];
  let skipped = 0;
  for (const piece of pieces) {
    const found = cut(framing, piece, lengthMax);
    framing = found.framing;
    lines.push(...found.lines);
    skipped += found.skipped;
  }
  return { lines, skipped, rest: framing.rest };
}

describe("a stream is cut into lines", () => {
  test("wherever its pieces end", () => {
    const found = read(["a", "b\nc", "\n", "\nd"]);
    expect(found.lines).toEqual(["ab", "c", ""]);
    expect(found.rest).toBe("d");
  });

  test("of the greatest length, and no longer ones", () => {
    expect(read(["1234\n12345\n12\n"], 4)).toEqual({
      lines: ["1234", "12"],
      skipped: 1,
      rest: "",
    });
  });

  test("and a line without an end takes no memory", () => {
    const found = read(["1234", "5", "678", "9\nab", "\nc"], 4);
    expect(found).toEqual({ lines: ["ab"], skipped: 1, rest: "c" });
    expect(read(["1234", "5"], 4)).toMatchObject({ rest: "" });
    const long = { lines: [], skipped: 1, rest: "" };
    expect(read(["12345", "678901", "\n"], 4)).toEqual(long);
    const whole = { lines: ["1234"], skipped: 0, rest: "" };
    expect(read(["1234", "\n"], 4)).toEqual(whole);
  });

  test("with the same result however it is cut", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "\n"),
      maxLength: 60,
    });
    const cuts = fc.array(fc.nat(60), { maxLength: 8 });
    const property = fc.property(text, cuts, (text, cuts) => {
      const sorted = [0, ...cuts.toSorted((a, b) => a - b), 60];
      const pieces = sorted.map((from, i) =>
        text.slice(from, sorted[i + 1] ?? from),
      );
      expect(read(pieces, 5)).toEqual(read([text], 5));
    });
    fc.assert(property, { seed: 1 });
  });

  test("and letters that are cut in two are whole again", async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    onLines(
      stream,
      (line) => lines.push(line),
      () => {},
    );
    for (const byte of Buffer.from("für 🙂\n")) {
      stream.write(Buffer.of(byte));
    }
    stream.end();
    await new Promise((resolve) => stream.on("end", resolve));
    expect(lines).toEqual(["für 🙂"]);
  });
});

describe("a line is a message", () => {
  const message = {
    src: "c1",
    dest: "n1",
    body: { type: "write", key: ["a\nb", null], value: { "": 1 } },
  };

  test("and a message is one line", () => {
    const line = lineOf(message);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(messageOf(line)).toEqual(message);
  });

  test("and knows no other field", () => {
    const line = JSON.stringify({ ...message, id: 7 });
    expect(messageOf(line)).toEqual(message);
  });

  test.each([
    "",
    "{",
    "null",
    "7",
    '"text"',
    "[]",
    "{}",
    '{"src":"a","dest":"b"}',
    '{"src":"a","dest":"b","body":null}',
    '{"src":"a","dest":"b","body":[]}',
    '{"src":"a","dest":"b","body":"x"}',
    '{"src":"a","dest":"b","body":{}}',
    '{"src":"a","dest":"b","body":{"type":1}}',
    '{"src":1,"dest":"b","body":{"type":"x"}}',
    '{"src":"a","body":{"type":"x"}}',
    '{"dest":"b","body":{"type":"x"}}',
    '{"src":"a","dest":null,"body":{"type":"x"}}',
    "GET / HTTP/1.1",
  ])("but not this one: %s", (line) => {
    expect(messageOf(line)).toBe(null);
  });
});
