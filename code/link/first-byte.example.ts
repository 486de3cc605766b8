/** What a connection costs before it carries anything, and after. */
import { seedFrom } from "../kernel/sample.ts";
import { firstByteMs, setups, slowStartRounds } from "./exercises.ts";

export const defaultSeed = 1;

const rtts = [1, 56, 150];

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  const first = setups.map(({ name, roundTrips }) => {
    const times = rtts.map((rtt) =>
      `${firstByteMs(roundTrips, rtt)} ms`.padStart(10),
    );
    return name.padEnd(26) + times.join("");
  });
  const sizes = [14_600, 100_000, 1_000_000, 10_000_000];
  const slow = sizes.map((bytes) => {
    const rounds = slowStartRounds(bytes, 10);
    const times = rtts.map((rtt) => `${rounds * rtt} ms`.padStart(10));
    const size = `${bytes / 1000} kB`.padStart(9);
    return `${size}, rounds: ${rounds}`.padEnd(26) + times.join("");
  });
  return [
    `round trip                ${rtts.map((rtt) => `${rtt} ms`.padStart(10)).join("")}`,
    "",
    "until the first byte of the answer:",
    ...first,
    "",
    "slow start of the answer, from 10 segments of 1,460 bytes:",
    ...slow,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
