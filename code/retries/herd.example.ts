/** A hundred clients fail at one instant: when do they come back? */
import { seedFrom } from "../kernel/sample.ts";
import { type Backoff, herd, peak } from "./backoff.ts";

export const defaultSeed = 7;

export const policies: readonly Backoff[] = [
  { kind: "none" },
  { kind: "exponential", baseMs: 100 },
  { kind: "capped", baseMs: 100, capMs: 1000 },
  { kind: "equal", baseMs: 100, capMs: 1000 },
  { kind: "full", baseMs: 100, capMs: 1000 },
  { kind: "decorrelated", baseMs: 100, capMs: 1000 },
];

export function run(seed: number): string {
  const rows = policies.map((policy) => {
    const timesMs = herd(policy, 100, 5, seed).flat();
    const lastMs = Math.max(...timesMs);
    return [
      policy.kind.padEnd(14),
      String(timesMs.length).padStart(8),
      String(peak(timesMs, 10)).padStart(12),
      `${(lastMs / 1000).toFixed(1)} s`.padStart(12),
    ].join("");
  });
  return [
    "backoff        retries  most in 10 ms    last one",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
