/**
 * MurmurHash3 (x86, 32 bits, seed 0) of bytes, as a whole number from 0 to 4,294,967,295. The same on every machine and in
 * every version. It spreads keys; it keeps nobody from making two with the same hash.
 */
export function hashBytes(bytes: Uint8Array): number {
  const whole = bytes.length & ~3
  let hash = 0
  for (let at = 0; at < whole; at += 4) {
    hash = stirred(
      hash,
      byte(bytes, at, 0) | byte(bytes, at, 1) | byte(bytes, at, 2) | byte(bytes, at, 3),
    )
  }
  let tail = 0
  for (let at = whole; at < bytes.length; at++) tail |= byte(bytes, whole, at - whole)
  return finished(hash, tail, bytes.length)
}

/** Takes four bytes in, the first one lowest. */
export function stirred(hash: number, word: number): number {
  const mix = hash ^ mixed(word)
  return Math.imul((mix << 13) | (mix >>> 19), 5) + 0xe6546b64
}

/** Takes in the up to three bytes that are left, and how many there were in all. */
export function finished(before: number, tail: number, length: number): number {
  let hash = before ^ mixed(tail) ^ length
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
