/**
 * Uniform in [0, 1) for one field of one record: a function of seed, field and record number alone. So records do not depend
 * on the size of batches, and reading can start anywhere.
 */
export function chance(stream: number, index: number, draw: number): number {
  const low = mix(stream ^ mix(index ^ mix(Math.floor(index / 2 ** 32) ^ draw)))
  const high = mix(low ^ 0x9e3779b9 ^ draw)
  return ((low >>> 5) * 2 ** 26 + (high >>> 6)) / 2 ** 53
}

/** The stream of a field: a number made of the seed and the field's name. */
export function streamOf(seed: number, field: string): number {
  let stream = mix(seed) ^ mix(Math.floor(seed / 2 ** 32))
  for (let at = 0; at < field.length; at++) stream = mix(stream ^ field.charCodeAt(at))
  return stream
}

/** Spreads every bit of a 32-bit number over all of them. */
function mix(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0
  mixed ^= mixed >>> 16
  mixed = Math.imul(mixed, 0x21f0aaad)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
