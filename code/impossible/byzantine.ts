/**
 * Generals with traitors among them: OM(m) by oral messages (Lamport,
 * Shostak and Pease, TOPLAS 1982, §3). With n = 4 one traitor is borne;
 * with n = 3 none is, and every lie that a traitor can tell is tried.
 */

// #region orders
export type Order = "attack" | "retreat";
/** What a traitor says instead, by the path of the message. */
export type Lie = (path: readonly number[], to: number) => Order;

/** Sends an order along a path; only a traitor changes it. */
function relay(
  order: Order,
  path: readonly number[],
  to: number,
  traitor: number,
  lie: Lie,
): Order {
  return path.at(-1) === traitor ? lie(path, to) : order;
}
// #endregion orders

// #region oral-messages
/**
 * What each lieutenant takes the order of the path's last general to be,
 * by OM(m): he says it to all; they say it to each other; majority.
 *
 * @param path who has said it so far; its last one is the commander now
 * @param lieutenants those who have yet to hear it
 */
export function oralMessages(
  m: number,
  order: Order,
  path: readonly number[],
  lieutenants: readonly number[],
  traitor: number,
  lie: Lie,
): ReadonlyMap<number, Order> {
  const heard = new Map(
    lieutenants.map((to) => [to, relay(order, path, to, traitor, lie)]),
  );
  if (m === 0) return heard;
  const told = lieutenants.map((teller) => {
    const others = lieutenants.filter((id) => id !== teller);
    const said = heard.get(teller) ?? "retreat";
    const longer = [...path, teller];
    return oralMessages(m - 1, said, longer, others, traitor, lie);
  });
  return new Map(
    lieutenants.map((self) => {
      const own = heard.get(self) ?? "retreat";
      const fromOthers = told.flatMap((each) => each.get(self) ?? []);
      return [self, majority([own, ...fromOthers])] as const;
    }),
  );
}

/** The order that more than half name; retreat if none does. */
function majority(orders: readonly Order[]): Order {
  const attacks = orders.filter((order) => order === "attack").length;
  return attacks > orders.length / 2 ? "attack" : "retreat";
}
// #endregion oral-messages

// #region every-lie
export type Failure = {
  readonly traitor: number;
  readonly order: Order;
  readonly taken: readonly (readonly [number, Order])[];
  readonly rule: "IC1" | "IC2";
};

/**
 * Every traitor, both orders, every lie. IC1: the loyal lieutenants take
 * the same order. IC2: if the commander (0) is loyal, it is his.
 */
export function everyLie(generals: number, m: number) {
  const failures: Failure[] = [];
  let runs = 0;
  const all = Array.from({ length: generals }, (_, id) => id);
  const lieutenants = all.slice(1);
  for (const traitor of all)
    for (const order of ["attack", "retreat"] as const)
      for (const lie of liesOf(traitor, all, m)) {
        runs += 1;
        const taken = [
          ...oralMessages(m, order, [0], lieutenants, traitor, lie),
        ].filter(([id]) => id !== traitor);
        const rule = brokenRule(traitor, order, taken);
        if (rule !== null)
          failures.push({ traitor, order, taken, rule });
      }
  return { runs, failures };
}

function brokenRule(
  traitor: number,
  order: Order,
  taken: readonly (readonly [number, Order])[],
): Failure["rule"] | null {
  const [, first] = taken[0] ?? [0, order];
  if (taken.some(([, other]) => other !== first)) return "IC1";
  return traitor !== 0 && first !== order ? "IC2" : null;
}
// #endregion every-lie

// #region lies
/** All ways to answer the messages that a traitor has to send. */
function liesOf(
  traitor: number,
  all: readonly number[],
  m: number,
): readonly Lie[] {
  const sent = pathsOf(all, m)
    .filter((path) => path.at(-1) === traitor)
    .flatMap((path) =>
      all
        .filter((to) => !path.includes(to))
        .map((to) => `${path.join()}>${to}`),
    );
  return Array.from({ length: 2 ** sent.length }, (_, bits): Lie => {
    return (path, to) => {
      const at = sent.indexOf(`${path.join()}>${to}`);
      return ((bits >> at) & 1) === 1 ? "attack" : "retreat";
    };
  });
}

/** The paths along which an order may have come: 0, then others. */
function pathsOf(
  all: readonly number[],
  m: number,
): readonly (readonly number[])[] {
  let last: readonly (readonly number[])[] = [[0]];
  const paths = [...last];
  for (let depth = 0; depth < m; depth++) {
    last = last.flatMap((path) =>
      all.filter((id) => !path.includes(id)).map((id) => [...path, id]),
    );
    paths.push(...last);
  }
  return paths;
}
// #endregion lies

/** What a lieutenant makes of his own order and what the others say. */
export type Rule = (heard: readonly Order[]) => Order;

/** Every rule for one order and `others` reports of it. */
export function allRules(others: number): readonly Rule[] {
  const inputs = 2 ** (others + 1);
  return Array.from({ length: 2 ** inputs }, (_, bits): Rule => {
    return (heard) => toOrder((bits >> toNumber(heard)) & 1);
  });
}

// #region team
/** IC2: he obeys a loyal commander, though one of the others may lie. */
function obeys(rule: Rule, others: number): boolean {
  return allHeard(others).every((heard) => {
    const [own = "retreat", ...reports] = heard;
    const lies = reports.filter((report) => report !== own).length;
    return lies > 1 || rule(heard) === own;
  });
}

/** IC1: they agree, though the commander says to each what he likes. */
function agree(team: readonly Rule[]): boolean {
  return allHeard(team.length - 1).every((said) => {
    const taken = team.map((rule, self) =>
      rule([...said.slice(self), ...said.slice(0, self)]),
    );
    return new Set(taken).size === 1;
  });
}
// #endregion team

/** Every team of lieutenants whose rules could bear one traitor. */
export function searchTeams(lieutenants: number) {
  const others = lieutenants - 1;
  const rules = allRules(others);
  const obedient = rules.filter((rule) => obeys(rule, others));
  let teams: readonly (readonly Rule[])[] = [[]];
  for (let size = 0; size < lieutenants; size++)
    teams = teams.flatMap((team) =>
      obedient.map((rule) => [...team, rule]),
    );
  const agreeing = teams.filter(agree);
  return { rules, obedient, teams, agreeing };
}

/** Everything that one lieutenant can hear. */
function allHeard(others: number): readonly (readonly Order[])[] {
  return Array.from({ length: 2 ** (others + 1) }, (_, bits) =>
    Array.from({ length: others + 1 }, (_, at) =>
      toOrder((bits >> at) & 1),
    ),
  );
}

function toOrder(bit: number): Order {
  return bit === 1 ? "attack" : "retreat";
}

function toNumber(heard: readonly Order[]): number {
  return heard.reduce(
    (bits, order, at) => bits + (order === "attack" ? 2 ** at : 0),
    0,
  );
}
