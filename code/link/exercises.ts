/** The arithmetic of the chapter and of its exercises. */

// #region done-given-silence
/**
 * The probability that the work was done at least once although no
 * attempt was answered, when each message is lost on its own with
 * probability `loss` and the server always works.
 */
export function doneGivenSilence(
  loss: number,
  attempts: number,
): number {
  const unanswered = 1 - (1 - loss) ** 2;
  const neverArrived = loss ** attempts;
  return 1 - neverArrived / unanswered ** attempts;
}
// #endregion done-given-silence

/** Light in glass: 5 µs a kilometer, there and back. */
export function floorMs(kilometers: number): number {
  return (2 * kilometers * 5) / 1000;
}

/** The shortest way between two places, in km, on a round earth. */
export function greatCircleKm(
  [latitude1, longitude1]: readonly [number, number],
  [latitude2, longitude2]: readonly [number, number],
): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [a, b] = [radians(latitude1), radians(latitude2)];
  const across = radians(longitude2 - longitude1);
  const h =
    Math.sin((b - a) / 2) ** 2 +
    Math.cos(a) * Math.cos(b) * Math.sin(across / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}

/** Time to put so many bytes on a link, whoever they are for. */
export function wireMs(bytes: number, bitsPerSecond: number): number {
  return (1000 * 8 * bytes) / bitsPerSecond;
}

// #region first-byte
/** Round trips before a request may leave. The request is one more. */
export const setups = [
  { name: "connection from a pool", roundTrips: 0 },
  { name: "QUIC, 0-RTT", roundTrips: 0 },
  { name: "QUIC (TLS 1.3 inside)", roundTrips: 1 },
  { name: "TCP", roundTrips: 1 },
  { name: "TCP, then TLS 1.3", roundTrips: 2 },
];

/** Until the first byte of the answer, if the server takes no time. */
export function firstByteMs(roundTrips: number, rttMs: number): number {
  return (roundTrips + 1) * rttMs;
}

/** Rounds of slow start: the window doubles with each round trip. */
export function slowStartRounds(
  bytes: number,
  firstWindow: number,
): number {
  let left = Math.ceil(bytes / 1460);
  let rounds = 0;
  for (let window = firstWindow; left > 0; window *= 2) {
    left -= window;
    rounds += 1;
  }
  return rounds;
}
// #endregion first-byte

// #region give-up
/** When a TCP sender gives up: after the last of its timeouts. */
export function giveUpMs(
  retries: number,
  firstMs: number,
  capMs: number,
): number {
  let waitedMs = 0;
  for (let retry = 0; retry <= retries; retry++)
    waitedMs += Math.min(capMs, firstMs * 2 ** retry);
  return waitedMs;
}
// #endregion give-up

// #region stall-saved
/**
 * Time a request waits for losses that are none of its own, on one
 * ordered connection: of the other streams' packets a share is lost, and
 * each loss stops everybody for about a round trip.
 */
export function stallSavedMs(
  streams: number,
  packetsEach: number,
  loss: number,
  rttMs: number,
): number {
  return (streams - 1) * packetsEach * loss * rttMs;
}
// #endregion stall-saved
