// A number is hashed by its bits, the high word first on every machine.
const bits = new DataView(new ArrayBuffer(8))

/**
 * A 32-bit integer from a key, the same on every machine and in every version: FNV-1a over the UTF-16 code units of a
 * string, or over the high and the low word of a number as a double (0 and -0 are equal), then the finalizer of
 * MurmurHash3. Signed, so that it needs no heap. A number and its text are two keys. Not for secrets: keys that collide can
 * be made on purpose.
 */
export function stableHash(key: string | number): number {
  let hash = 0x811c9dc5
  if (typeof key === 'number') {
    bits.setFloat64(0, key + 0)
    hash = Math.imul(hash ^ bits.getUint32(0), 0x01000193)
    hash = Math.imul(mix(hash) ^ bits.getUint32(4), 0x01000193)
  } else {
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
    }
  }
  return mix(hash)
}

/** Spreads each bit of a 32-bit integer over all bits of the result, also one. */
export function mix(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
