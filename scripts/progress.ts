/** Tells what long work is doing: one line that moves on a terminal, plain lines elsewhere. */
export type Progress = {
  /** Begin a stage; ends the one before. */
  readonly stage: (name: string) => void;
  /** How many of how many of this stage are done. */
  readonly count: (done: number, total: number) => void;
  readonly note: (text: string) => void;
  /** End the last stage; returns milliseconds by stage. */
  readonly done: () => ReadonlyMap<string, number>;
};

export function createProgress(stream: NodeJS.WriteStream): Progress {
  const live = stream.isTTY === true && process.env.CI === undefined;
  const times = new Map<string, number>();
  let current: { name: string; startMs: number; counted: string } | null = null;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const end = (): void => {
    if (!current) return;
    const ms = performance.now() - current.startMs;
    times.set(current.name, (times.get(current.name) ?? 0) + ms);
    stream.write(
      `${live ? "\r\x1b[K" : ""}  ${current.name.padEnd(28)} ${current.counted.padStart(9)} ${seconds(ms).padStart(8)}\n`,
    );
    current = null;
  };
  return {
    stage(name) {
      end();
      current = { name, startMs: performance.now(), counted: "" };
      if (live) stream.write(`  ${name} …`);
    },
    count(done, total) {
      if (!current) return;
      current.counted = `${done}/${total}`;
      if (live) stream.write(`\r\x1b[K  ${current.name.padEnd(28)} ${current.counted.padStart(9)}`);
    },
    note(text) {
      stream.write(`${live ? "\r\x1b[K" : ""}  ${text}\n`);
    },
    done() {
      end();
      return times;
    },
  };
}

/** For commands that say nothing. */
export const silent: Progress = {
  stage: () => {},
  count: () => {},
  note: () => {},
  done: () => new Map(),
};
