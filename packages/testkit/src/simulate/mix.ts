const PRIME = 16_777_619
const TEXT_MAX = 64
const KEYS_MAX = 16
const DEPTH_MAX = 3

/** Mixes a number into a hash of 32 bits. */
export function mixNumber(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ (value | 0), PRIME)
  // What the whole number leaves out: large values and fractions.
  return value === (value | 0) ? mixed : Math.imul(mixed ^ ((value % 1e6) * 1024), PRIME)
}

export function mixText(hash: number, text: string): number {
  let mixed = Math.imul(hash ^ text.length, PRIME)
  const end = Math.min(text.length, TEXT_MAX)
  for (let index = 0; index < end; index++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), PRIME)
  }
  return mixed
}

/** Mixes a message into a hash: what it holds, as far as a look that must be quick goes. */
export function mixValue(hash: number, value: unknown, depth = 0): number {
  if (typeof value === 'number') return mixNumber(hash, value)
  if (typeof value === 'string') return mixText(hash, value)
  if (typeof value !== 'object' || value === null) return mixText(hash, typeof value)
  if (depth === DEPTH_MAX) return hash
  let mixed = hash
  let count = 0
  for (const key in value) {
    if (++count > KEYS_MAX) break
    mixed = mixValue(mixText(mixed, key), (value as Record<string, unknown>)[key], depth + 1)
  }
  return mixed
}
