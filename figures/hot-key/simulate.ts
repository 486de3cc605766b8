/** The triage of a hot partition: each question's remedy is tried on the same load, by the printed arithmetic. */
import { fixedPartition } from "../../code/partitioning/fixed.ts";
import {
  cached,
  coalesced,
  type Demand,
  loadsOf,
  salted,
} from "../../code/partitioning/hot-key.ts";
import { skewBudget, zipf } from "../../code/partitioning/zipf.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly exponent: number;
  readonly partitions: number;
  readonly readPercent: number;
  /** Of the hottest keys so many get the remedy. */
  readonly treated: number;
  readonly services: number;
  readonly pieces: number;
  readonly names: number;
};

export type Remedy = "none" | "split" | "coalesce" | "cache" | "salt" | "both" | "throttle";

export type Trial = {
  readonly remedy: Remedy;
  readonly words: string;
  /** Load of each partition: of the hottest keys, and of all others. */
  readonly hot: readonly number[];
  readonly others: readonly number[];
  readonly hottest: number;
  readonly fleet: number;
};

export type Triage = {
  readonly trials: readonly Trial[];
  readonly now: number;
  readonly isOneKey: boolean;
  readonly isRead: boolean;
  /** The first remedy, in the order of the questions, that is enough; null where none is needed or none is. */
  readonly pick: Remedy | null;
  readonly treated: number;
  /** What part of all requests the hottest key has, and what it may have. */
  readonly part: number;
  readonly budget: number;
};

export const capacity = 2000;
const load = 16_000;
const keyCount = 10_000;
const [routers, ttlMs, readMs] = [20, 1000, 10];

type Setting = {
  readonly params: Params;
  readonly hot: readonly Demand[];
  readonly others: readonly number[];
  /** The others over twice as many partitions: each one is cut in two. */
  readonly halves: readonly number[];
};

export function simulate(params: Params): readonly Step<Triage>[] {
  const setting = settingOf(params);
  const remedies: readonly Remedy[] = [
    "none",
    "split",
    "coalesce",
    "cache",
    "salt",
    "both",
    "throttle",
  ];
  const trials = remedies.map((remedy) => trialOf(setting, remedy));
  const common = judge(setting, trials);
  return trials.map((trial, now) => ({
    say: sentence(trial, { ...common, trials, now }),
    code: codes[trial.remedy],
    state: { ...common, trials, now },
  }));
}

function settingOf(params: Params): Setting {
  const { exponent, partitions, readPercent, names, treated } = params;
  const demands = zipf(keyCount, exponent).map((part, rank) => ({
    key: `key-${names}-${rank}`,
    reads: (part * load * readPercent) / 100,
    writes: part * load * (1 - readPercent / 100),
  }));
  const halves = loadsOf(demands.slice(treated), 2 * partitions);
  const others = halves
    .slice(0, partitions)
    .map((each, at) => each + (halves[at + partitions] ?? 0));
  return { params, hot: demands.slice(0, treated), others, halves };
}

function trialOf(setting: Setting, remedy: Remedy): Trial {
  const { params, others, halves } = setting;
  const rest = remedy === "split" ? halves : others;
  const { words, demands } = remedied(setting, remedy);
  const hot = loadsOf(demands, rest.length);
  const loads = rest.map((each, at) => each + (hot[at] ?? 0));
  return {
    remedy,
    words: remedy === "split" ? `${2 * params.partitions} partitions` : words,
    hot,
    others: rest,
    hottest: Math.max(...loads),
    fleet: loads.reduce((sum, each) => sum + each, 0),
  };
}

type Remedied = { readonly words: string; readonly demands: readonly Demand[] };

function remedied(setting: Setting, remedy: Remedy): Remedied {
  const { hot, params } = setting;
  const { services, pieces } = params;
  switch (remedy) {
    case "coalesce": {
      const demands = hot.map((one) => coalesced(one, services, readMs));
      return {
        words: `coalesced in ${services} ${services === 1 ? "service" : "services"}`,
        demands,
      };
    }
    case "cache":
      return {
        words: `cached, ${routers} × 1 s`,
        demands: hot.map((one) => cached(one, routers, ttlMs)),
      };
    case "salt":
      return {
        words: `salted, ${pieces} pieces`,
        demands: hot.flatMap((one) => salted(one, pieces)),
      };
    case "both":
      return {
        words: "cached and salted",
        demands: hot.flatMap((one) => salted(cached(one, routers, ttlMs), pieces)),
      };
    case "throttle":
      return throttled(setting);
    default:
      return { words: "as it is", demands: hot };
  }
}

/** Of the hottest keys in a partition, as much as fits beside the others. */
function throttled({ hot, others, params }: Setting): Remedied {
  const asked = loadsOf(hot, params.partitions);
  const demands = hot.map((one): Demand => {
    const at = fixedPartition(one.key, params.partitions);
    const room = Math.max(capacity - (others[at] ?? 0), 0);
    const part = Math.min(room / Math.max(asked[at] ?? 0, 1), 1);
    return { ...one, reads: one.reads * part, writes: one.writes * part };
  });
  const refused = 1 - total(demands) / Math.max(total(hot), 1);
  return { words: `throttled, ${Math.round(100 * refused)}% refused`, demands };
}

function total(demands: readonly Demand[]): number {
  return demands.reduce((sum, { reads, writes }) => sum + reads + writes, 0);
}

function judge({ params, hot, others }: Setting, trials: readonly Trial[]) {
  const isOneKey = others.every((each) => each <= capacity);
  const isRead = params.readPercent >= 50;
  const order: readonly Remedy[] = isOneKey
    ? isRead
      ? ["coalesce", "cache", "both", "throttle"]
      : ["salt", "both", "throttle"]
    : ["split"];
  const isEnough = (remedy: Remedy) =>
    trials.some((trial) => trial.remedy === remedy && isWithin(trial));
  const isNeeded = !isEnough("none");
  return {
    isOneKey,
    isRead,
    pick: isNeeded ? (order.find(isEnough) ?? null) : null,
    treated: params.treated,
    part: total(hot.slice(0, 1)) / load,
    budget: skewBudget(load, capacity, params.partitions),
  };
}

/** A request more or less is the sum's rounding. */
export function isWithin({ hottest }: Trial): boolean {
  return hottest <= capacity + 0.5;
}

const codes: { readonly [remedy in Remedy]: NonNullable<Step<Triage>["code"]> } = {
  none: { listing: "load", line: "const at = hash32(key) % partitions;" },
  split: { listing: "load", line: "loads[at] = (loads[at] ?? 0) + reads + writes;" },
  coalesce: { listing: "coalesce", line: "return { ...demand, reads: services / cycleSeconds };" },
  cache: { listing: "cache", line: "const refreshes = (routers * 1000) / ttlMs;" },
  salt: { listing: "salt", line: "reads: demand.reads," },
  both: { listing: "salt", line: "writes: demand.writes / salts," },
  throttle: { listing: "load", line: "loads[at] = (loads[at] ?? 0) + reads + writes;" },
};

function sentence(trial: Trial, { trials, isOneKey, isRead, pick }: Triage): string {
  const before = trials[0]?.hottest ?? 0;
  const result = `the hottest partition ${compared(trial.hottest, before)}`;
  const verdict = isWithin(trial) ? "within its limit" : "over its limit";
  const take = trial.remedy === pick ? " The triage stops here." : "";
  switch (trial.remedy) {
    case "none":
      return `As it is: the hottest partition has ${rounded(before)} requests a second, ${verdict}.`;
    case "split":
      return `${isOneKey ? "It is not hot all over" : "It is hot all over"}; twice the partitions, and ${result}, ${verdict}.${take}`;
    case "coalesce":
      return `One read of a key at a time: ${result}, ${verdict}.${take}`;
    case "cache":
      return `A copy in each of 20 routers, good for 1 s: ${result}, ${verdict}.${take}`;
    case "salt":
      return `Salt divides the writes, and every read asks all pieces: ${result}, ${verdict}.${take}`;
    case "both":
      return `The cache takes the reads, the salt divides the ${isRead ? "few " : ""}writes: ${result}, ${verdict}.${take}`;
    case "throttle":
      return `What does not fit beside the neighbors is refused: ${result}, ${verdict}.${take}`;
  }
}

function compared(now: number, before: number): string {
  if (rounded(now) === rounded(before)) return `stays at ${rounded(now)}`;
  return `${now > before ? "goes up from" : "goes down from"} ${rounded(before)} to ${rounded(now)}`;
}

export function rounded(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}
