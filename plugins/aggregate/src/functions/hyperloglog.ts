const INDEX_BITS = 12
const RANK_MAX = 33

/** Number of registers; the standard error of an estimate is 1.04 / sqrt(4096), 1.6 %. */
export const REGISTERS: number = 2 ** INDEX_BITS

/** Marks `text` as seen. */
export function addToRegisters(registers: Uint8Array, text: string): void {
  // Two 32-bit hashes with different multipliers: one picks the register, the other the rank.
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
    a = (a << 13) | (a >>> 19)
    b = (b << 17) | (b >>> 15)
  }
  const register = finish(a ^ (b >>> 7)) >>> (32 - INDEX_BITS)
  const rank = Math.clz32(finish(b ^ Math.imul(a, 0x27d4eb2f))) + 1
  if (rank > (registers[register] ?? 0)) registers[register] = rank
}

/** Spreads every bit of a hash over all others (the last step of MurmurHash3). */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** How many different texts were seen: Ertl's estimator, which needs no correction for small or large counts. */
export function estimateRegisters(registers: Uint8Array): number {
  const counts = Array.from({ length: RANK_MAX + 1 }, () => 0)
  for (const rank of registers) counts[rank] = (counts[rank] ?? 0) + 1
  let z = REGISTERS * tau(1 - (counts[RANK_MAX] ?? 0) / REGISTERS)
  for (let rank = RANK_MAX - 1; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0))
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS)
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * z)
}

function sigma(share: number): number {
  if (share === 1) return Infinity
  let x = share
  let weight = 1
  let total = x
  for (;;) {
    x *= x
    const before = total
    total += x * weight
    weight += weight
    if (total === before) return total
  }
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let x = share
  let weight = 1
  let total = 1 - x
  for (;;) {
    x = Math.sqrt(x)
    const before = total
    weight *= 0.5
    total -= (1 - x) ** 2 * weight
    if (total === before) return total / 3
  }
}
