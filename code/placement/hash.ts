/**
 * One hash for all placements of this folder: MurmurHash3, the 32-bit
 * variant for x86 (Austin Appleby, public domain). Fast, even, and no
 * defense against whoever chooses the keys.
 */

// #region hash
/**
 * 32 bits of a text, evenly spread: an unsigned integer below 2^32.
 * Texts are hashed as UTF-8; another `seed` gives another function.
 */
export function hash32(text: string, seed = 0): number {
  const bytes = new TextEncoder().encode(text);
  const whole = bytes.length - (bytes.length % 4);
  let hash = seed;
  for (let at = 0; at < whole; at += 4)
    hash = round(hash ^ scatter(wordAt(bytes, at, 4)));
  hash ^= scatter(wordAt(bytes, whole, bytes.length - whole));
  return avalanche(hash ^ bytes.length);
}

/** Up to four bytes as a number, the first one lowest. */
function wordAt(bytes: Uint8Array, from: number, count: number) {
  let word = 0;
  for (let at = count - 1; at >= 0; at--)
    word = (word << 8) | (bytes[from + at] ?? 0);
  return word;
}

function scatter(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

function round(hash: number): number {
  return Math.imul(rotate(hash, 13), 5) + 0xe6546b64;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Each bit of the input comes to bear on each bit of the output. */
function avalanche(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
// #endregion hash
