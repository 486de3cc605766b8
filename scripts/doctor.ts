/** Is this machine ready for the labs? Each question has an answer and, where it is no, what to do. */
import { createServer } from "node:net";
import { join } from "node:path";
import { isFile, readText, removeFolder, writeFile } from "./files.ts";
import { execute } from "./samples.ts";

export type Finding = {
  readonly question: string;
  readonly isWell: boolean;
  /** What was found, or what to do. */
  readonly answer: string;
};

const nodeMajorMin = 24;
const nodeVersion = process.versions.node;

/** @param root  the book's folder */
export async function examine(root: string): Promise<readonly Finding[]> {
  return [nodeIsNew(nodeVersion), canWrite(root), await canListen(), await programsRun(root)];
}

export function nodeIsNew(version: string): Finding {
  const isWell = Number(version.split(".")[0]) >= nodeMajorMin;
  return {
    question: `Node ${nodeMajorMin} or newer`,
    isWell,
    answer: isWell ? `it is ${version}` : `it is ${version}: run this by npm, after npm ci`,
  };
}

export function canWrite(root: string): Finding {
  const question = "the folder can be written to";
  const place = join(root, ".cache", "doctor");
  try {
    writeFile(join(place, "note"), "x");
    removeFolder(place);
    return { question, isWell: true, answer: root };
  } catch (error) {
    return { question, isWell: false, answer: (error as Error).message };
  }
}

function canListen(): Promise<Finding> {
  const question = "programs can talk to each other on this machine";
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", (error) => resolve({ question, isWell: false, answer: error.message }));
    server.listen(0, "127.0.0.1", () => {
      server.close(() => resolve({ question, isWell: true, answer: "by loopback" }));
    });
  });
}

async function programsRun(root: string): Promise<Finding> {
  const question = "the programs print here what the book prints";
  const program = "code/echo/example.ts";
  const recorded = join(root, "code/echo/example.out.txt");
  if (!isFile(join(root, program)) || !isFile(recorded))
    return { question, isWell: false, answer: `${program} is missing: clone the book anew` };
  const result = await execute(root, program, []);
  const isWell = result?.exitCode === 0 && `${result.output}\n` === readText(recorded);
  return {
    question,
    isWell,
    answer: isWell ? "echo does" : `echo does not: npm run sample -- echo shows how`,
  };
}
