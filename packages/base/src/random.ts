/**
 * A seeded source of numbers, uniform in [0, 1). The same seed gives the same numbers on every machine.
 * Small and fast (the sfc32 generator); not for secrets.
 */
export function createRandom(seed: number): () => number {
  // Close seeds must not give close streams: spread the seed over the state first.
  let spread = seed | 0
  const next = (): number => {
    spread = (spread + 0x9e3779b9) | 0
    let mixed = spread ^ (spread >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
  let a = next()
  let b = next()
  let c = next()
  let counter = 1
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4_294_967_296
  }
}
