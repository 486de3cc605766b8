/**
 * Which partition a key goes to: the hash that Kafka's own clients use,
 * modulo the number of partitions. A pure library.
 */

// #region murmur2
/** MurmurHash2 of the UTF-8 bytes, as a signed 32-bit number. */
export function murmur2(key: string): number {
  const bytes = new TextEncoder().encode(key);
  const byte = (at: number) => bytes[at] ?? 0;
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ bytes.length;
  const words = bytes.length >> 2;
  for (let at = 0; at < words * 4; at += 4) {
    let k = byte(at) | (byte(at + 1) << 8);
    k |= (byte(at + 2) << 16) | (byte(at + 3) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const rest = words * 4;
  if (bytes.length > rest) {
    hash ^= byte(rest) | (byte(rest + 1) << 8);
    hash = Math.imul(hash ^ (byte(rest + 2) << 16), m);
  }
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
// #endregion murmur2

// #region partition-of
/** One key, one partition, one order: while their number stays. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
// #endregion partition-of
