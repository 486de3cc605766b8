/** Real processes: every workload for a second, and hostile lines. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import type { Message } from "../../kernel/node.ts";
import { type Workload, workloads } from "../workloads.ts";
import { openNetwork } from "./network.ts";
import { type RealOptions, runReal } from "./real.ts";

const bin = (workload: Workload) =>
  join(import.meta.dirname, "../bin", workload);

const small = {
  seed: 1,
  servers: 3,
  clients: 3,
  forMs: 800,
  settleMs: 800,
  latencyMs: 2,
  lossProbability: 0,
  thinkMsMax: 60,
  timeoutMs: 1500,
  faults: ["partition"],
  topology: "line",
  tell: () => {},
} as const;

const scratch = mkdtempSync(join(tmpdir(), "maelstrom-test-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** An executable of our own, to be tested in place of a node. */
function program(name: string, text: string): string {
  const path = join(scratch, name);
  const head = `#!${process.execPath}\n`;
  writeFileSync(path, head + text, { mode: 0o755 });
  return path;
}

describe.concurrent("real processes", () => {
  test.each(workloads)("%s", async (workload) => {
    accessSync(bin(workload), constants.X_OK);
    const needsMajority = /^(lin|txn|kafka|broadcast)/.test(workload);
    const servers = needsMajority ? 3 : 2;
    const run = await runReal({ ...small, workload, servers });
    expect(run.finding).toEqual({ verdict: "ok" });
    expect(run.histories.finals.length).toBeGreaterThanOrEqual(servers);
    expect(run.histories.all.length).toBeGreaterThan(servers);
  });

  test("killed with kill -9 and started again, a set keeps all", async () => {
    const lines: string[] = [];
    const options: RealOptions = {
      ...small,
      workload: "g-set",
      faults: ["kill"],
      servers: 2,
      seed: 2,
      tell: (line) => lines.push(line),
    };
    const run = await runReal(options);
    expect(run.finding).toEqual({ verdict: "ok" });
    expect(lines.join("\n")).toMatch(/crash n\d/);
  });

  const wrong = {
    ...small,
    workload: "echo",
    servers: 1,
    forMs: 200,
  } as const;

  /** An echo with something wrong in it. */
  const echoWith = (name: string, fault: string) =>
    program(
      name,
      `const lines = require("node:readline").createInterface(process.stdin);
       lines.on("line", (line) => {
         const { src, dest, body } = JSON.parse(line);
         const reply = { type: body.type + "_ok", in_reply_to: body.msg_id };
         if (body.echo) reply.echo = body.echo;
         console.log(JSON.stringify({ src: dest, dest: src, body: reply }));
         ${fault}
       });`,
    );

  test("a node that prints what is no message is caught", async () => {
    const path = echoWith("chatty", 'console.log("hello");');
    const { finding } = await runReal({ ...wrong, bin: path });
    expect(finding).toMatchObject({
      verdict: "illegal",
      why: "n1 says what is no message of its own: hello",
    });
  });

  test("a node that does not end with its input is caught", async () => {
    const path = echoWith("stubborn", "setInterval(() => {}, 1000);");
    const { finding } = await runReal({ ...wrong, bin: path });
    expect(finding).toMatchObject({
      verdict: "illegal",
      why: "n1 outlives its input",
    });
  });

  test("any program that keeps to the protocol passes", async () => {
    const path = echoWith("sound", "");
    const { finding } = await runReal({ ...wrong, bin: path });
    expect(finding).toEqual({ verdict: "ok" });
  });

  test("a node that ends by itself is caught", async () => {
    const path = program("mortal", "process.exit(3);");
    await expect(runReal({ ...wrong, bin: path })).rejects.toThrow(
      /n1 ended/,
    );
  });

  test("a node of another workload is caught", async () => {
    const { finding } = await runReal({ ...wrong, bin: bin("g-set") });
    expect(finding.verdict).toBe("illegal");
  });
});

/** Talk to one process, line by line, and see what it says until it ends. */
async function talk(
  workload: Workload,
  lines: readonly string[],
  answers: number,
) {
  const child = spawn(bin(workload), [], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  // Raft has to elect its only server before it answers.
  const late = setTimeout(() => child.stdin.end(), 15_000);
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    output += piece;
    if (output.split("\n").length > answers) child.stdin.end();
  });
  child.stderr.resume();
  child.stdin.write(`${lines.join("\n")}\n`);
  const [code] = await once(child, "close");
  clearTimeout(late);
  const said = output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Message);
  return { code, said };
}

const line = (body: object, src = "c1") =>
  JSON.stringify({ src, dest: "n1", body });
const init = line(
  { type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1"] },
  "c0",
);

describe.concurrent("on standard input and output", () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  const hostile = [
    "",
    "garbage",
    "null",
    "[1,2]",
    '{"src":"c1"}',
    '{"src":1,"dest":"n1","body":{"type":"echo"}}',
    '{"src":"c1","dest":"n1","body":[]}',
    '{"src":"c1","dest":"n1","body":{"type":5,"msg_id":1}}',
    `{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":1,"echo":${deep}}}`,
    "\u0000\uffff",
  ];

  test("echo: strange lines are no end of it", async () => {
    const { code, said } = await talk(
      "echo",
      [
        ...hostile.slice(0, 8),
        init,
        ...hostile,
        line({ type: "echo", msg_id: 2, echo: { a: [null] }, more: 1 }),
        line({ type: "echo", echo: "no msg_id" }),
        line({
          type: "echo",
          msg_id: 3,
          in_reply_to: 1,
          echo: "an answer",
        }),
        line({ type: "sing", msg_id: 4 }),
        line({ type: "echo", msg_id: 5 }),
        line({
          type: "init",
          msg_id: 6,
          node_id: "n1",
          node_ids: ["n1"],
        }),
        line({ type: "echo", msg_id: 7, echo: null }, "c2"),
      ],
      7,
    );
    expect(code).toBe(0);
    expect(said).toMatchObject([
      {
        src: "n1",
        dest: "c0",
        body: { type: "init_ok", in_reply_to: 1 },
      },
      { dest: "c1", body: { type: "error", code: 12, in_reply_to: 1 } },
      { dest: "c1", body: { type: "echo_ok", in_reply_to: 2 } },
      { dest: "c1", body: { type: "error", code: 10, in_reply_to: 4 } },
      { dest: "c1", body: { type: "error", code: 12, in_reply_to: 5 } },
      { dest: "c1", body: { type: "init_ok", in_reply_to: 6 } },
      { dest: "c2", body: { type: "echo_ok", in_reply_to: 7 } },
    ]);
    expect(said[2]?.body).toEqual({
      type: "echo_ok",
      in_reply_to: 2,
      echo: { a: [null] },
    });
  });

  test("lin-kv: a request without its fields is refused", async () => {
    const { code, said } = await talk(
      "lin-kv",
      [
        init,
        line({ type: "read", msg_id: 1 }),
        line({ type: "write", msg_id: 2, key: { a: [null] } }),
        line({ type: "cas", msg_id: 3, key: null, from: 1 }),
      ],
      4,
    );
    expect(code).toBe(0);
    const codes = said.map(({ body }) => body.code);
    expect(codes).toEqual([undefined, 12, 12, 12]);
  });

  test("txn-rw-register: keys are any JSON, the same by structure", async () => {
    const { code, said } = await talk(
      "txn-rw-register",
      [
        init,
        ...hostile,
        line({
          type: "txn",
          msg_id: 2,
          txn: [["w", { a: 1, b: [2] }, "x"]],
        }),
        line({
          type: "txn",
          msg_id: 3,
          txn: [
            ["r", { b: [2], a: 1 }, null],
            ["r", null, null],
            ["r", "__proto__", null],
          ],
        }),
        line({ type: "txn", msg_id: 4, txn: [["append", 1, 2]] }),
        line({ type: "txn", msg_id: 5, txn: [["r", 1]] }),
        line({ type: "append_entries", msg_id: 6, term: 9 }),
      ],
      7,
    );
    expect(code).toBe(0);
    const answers = said.map(({ body }) => [body.in_reply_to, body]);
    const byId = new Map(answers as [number, Message["body"]][]);
    expect(byId.get(2)).toMatchObject({ type: "txn_ok" });
    expect(byId.get(3)?.txn).toEqual([
      ["r", { b: [2], a: 1 }, "x"],
      ["r", null, null],
      ["r", "__proto__", null],
    ]);
    expect(byId.get(4)?.code).toBe(12);
    expect(byId.get(5)?.code).toBe(12);
    expect(byId.get(6)?.code).toBe(10);
  });
});

describe.concurrent("the command", () => {
  const command = async (...words: string[]) => {
    const path = join(import.meta.dirname, "../run.ts");
    const child = spawn(process.execPath, [path, ...words]);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (piece) => {
      output += piece;
    });
    child.stderr.setEncoding("utf8").on("data", (piece) => {
      output += piece;
    });
    const [code] = await once(child, "close");
    return { code, output };
  };

  it("runs a workload in the simulator and gives the verdict", async () => {
    const words = "kafka --simulate --runs 2 --seed 5 --seconds 1";
    const { code, output } = await command(...words.split(" "));
    expect(output).toMatch(
      /^seed 5: \d+ operations, ok\nseed 6: .*ok\nkafka: ok\n$/,
    );
    expect(code).toBe(0);
  });

  it("exits with 1 where there is no node", async () => {
    const { code, output } = await command("echo", "--bin", "/no/node");
    expect(output).toMatch(/ENOENT/);
    expect(code).toBe(1);
  });

  it("exits with 1 where a node is wrong", async () => {
    const other = ["--bin", bin("unique-ids"), "--seconds", "0.2"];
    const { code, output } = await command("echo", ...other);
    expect(output).toMatch(
      /echo: illegal\n {2}a server does not answer/,
    );
    expect(code).toBe(1);
  });

  it.each([
    ["", /"" is no workload; there are echo/],
    ["sing", /"sing" is no workload/],
    ["echo --nodes 0", /--nodes wants 1 to 50, not "0"/],
    ["echo --nodes 1.5", /--nodes wants a whole number/],
    ["echo --loss 1", /--loss wants 0 to 0.9/],
    ["echo kafka", /One workload at a time/],
    ["echo --fast", /Unknown option '--fast'/],
  ])("exits with 2 on: %s", async (words, why) => {
    const { code, output } = await command(
      ...words.split(" ").filter(Boolean),
    );
    expect(output).toMatch(why);
    expect(code).toBe(2);
  });
});

describe("the network between them", () => {
  const message = (src: string, dest: string): Message => ({
    src,
    dest,
    body: { type: "x" },
  });
  const open = (lossProbability: number) => {
    const heard: string[] = [];
    const network = openNetwork({
      seed: 1,
      servers: ["n1", "n2"],
      delayMs: { kind: "constant", ms: 1 },
      lossProbability,
      nowMs: () => 0,
      deliver: ({ src, dest }) => heard.push(`${src} ${dest}`),
    });
    return { heard, network };
  };
  const rest = () => new Promise((resolve) => setTimeout(resolve, 20));

  it("cuts servers off from each other, and never a client", async () => {
    const { heard, network } = open(0);
    const groups = [["n1"], ["n2"]];
    network.apply({ atMs: 0, kind: "partition", groups });
    network.send(message("n1", "n2"));
    network.send(message("c1", "n2"));
    await rest();
    expect(heard).toEqual(["c1 n2"]);
    network.apply({ atMs: 0, kind: "heal" });
    network.apply({ atMs: 0, kind: "cut", from: "n2", to: "n1" });
    network.send(message("n1", "n2"));
    network.send(message("n2", "n1"));
    await rest();
    expect(heard).toEqual(["c1 n2", "n1 n2"]);
    expect(network.counts).toEqual({ sent: 3, lost: 0, cut: 2 });
    const kinds = network.trace.map(({ kind }) => kind);
    expect(kinds).toEqual(["send", "deliver"]);
  });

  it("loses as many as it is told to, of the servers' alone", async () => {
    const { heard, network } = open(0.5);
    for (let i = 0; i < 100; i++) {
      network.send(message("n1", "n2"));
      network.send(message("n1", "c1"));
    }
    await rest();
    expect(heard.filter((way) => way === "n1 c1")).toHaveLength(100);
    expect(network.counts.lost).toBeGreaterThan(30);
    expect(network.counts.lost).toBeLessThan(70);
    expect(heard).toHaveLength(200 - network.counts.lost);
  });

  it("delivers nothing any more when it is closed", async () => {
    const { heard, network } = open(0);
    network.send(message("n1", "n2"));
    network.close();
    await rest();
    expect(heard).toEqual([]);
  });
});
