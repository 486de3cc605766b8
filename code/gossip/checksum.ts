/** CRC-32 (ISO-HDLC, as in Ethernet and zip) of a JSON value. */
import type { Json } from "../kernel/node.ts";

// #region checksum
/** The checksum of a value; the order of its fields counts. */
export function checksum(value: Json): number {
  return crc32(JSON.stringify(value));
}

/**
 * Finds every change of a single bit. Made for accidents: whoever wants
 * to deceive computes a new one.
 */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    crc = afterByte(afterByte(crc, unit & 0xff), unit >>> 8);
  }
  return ~crc >>> 0;
}

function afterByte(crc: number, byte: number): number {
  let bits = crc ^ byte;
  for (let bit = 0; bit < 8; bit++)
    bits = bits & 1 ? (bits >>> 1) ^ 0xedb88320 : bits >>> 1;
  return bits;
}
// #endregion checksum
