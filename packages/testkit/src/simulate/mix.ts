const PRIME = 16_777_619
const TEXT_MAX = 64
const LEAVES_MAX = 48
const DEPTH_MAX = 4

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

let left = 0

/** Mixes a message into a hash: what it holds, as far as a look that must be quick goes. */
export function mixValue(hash: number, value: unknown): number {
  if (typeof value === 'number') return mixNumber(hash, value)
  left = LEAVES_MAX
  return mixDeep(hash, value, 0)
}

function mixDeep(hash: number, value: unknown, depth: number): number {
  left--
  if (typeof value === 'number') return mixNumber(hash, value)
  if (typeof value === 'string') return mixText(hash, value)
  if (typeof value !== 'object' || value === null) return mixText(hash, typeof value)
  let mixed = hash
  for (const key in value) {
    if (left <= 0 || depth === DEPTH_MAX) break
    mixed = mixDeep(mixText(mixed, key), (value as Record<string, unknown>)[key], depth + 1)
  }
  return mixed
}
