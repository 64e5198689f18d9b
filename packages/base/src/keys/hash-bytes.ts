/**
 * MurmurHash3 (x86, 32 bits, seed 0) of bytes, as a whole number from 0 to 4,294,967,295. The same on every machine and in
 * every version. It spreads keys; it keeps nobody from making two with the same hash.
 */
export function hashBytes(bytes: Uint8Array): number {
  const whole = bytes.length & ~3
  let hash = 0
  for (let at = 0; at < whole; at += 4) {
    hash ^= mixed(byte(bytes, at, 0) | byte(bytes, at, 1) | byte(bytes, at, 2) | byte(bytes, at, 3))
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let tail = 0
  for (let at = whole; at < bytes.length; at++) tail |= byte(bytes, whole, at - whole)
  hash ^= mixed(tail) ^ bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function byte(bytes: Uint8Array, at: number, index: number): number {
  return (bytes[at + index] as number) << (8 * index)
}

function mixed(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}
