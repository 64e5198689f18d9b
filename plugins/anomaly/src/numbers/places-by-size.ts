/** Bits of a number that one pass sorts by. */
const DIGIT = 11
const DIGIT_MASK = 2 ** DIGIT - 1
const SIGN = 0x80_00_00_00
/** So many are sorted by insertion. */
const FEW = 64

/** How many numbers have each digit, then where the next of them goes: they live no longer than a pass. */
const counts = new Uint32Array(DIGIT_MASK + 1)

/**
 * The places of numbers, none of them NaN, in order of their size, equal ones in the order in which they stand: a radix sort of their bits,
 * several times faster than a sort by comparison.
 */
export function placesBySize(numbers: Float32Array): Uint32Array {
  const keys = keysOf(numbers)
  if (keys.length <= FEW) return insertedBySize(keys)
  let places = new Uint32Array(keys.length)
  for (let place = 0; place < places.length; place++) places[place] = place
  let moved = new Uint32Array(keys.length)
  for (let shift = 0; shift < 32; shift += DIGIT) {
    counts.fill(0)
    for (const key of keys) {
      const digit = (key >>> shift) & DIGIT_MASK
      counts[digit] = (counts[digit] as number) + 1
    }
    let before = 0
    for (let digit = 0; digit <= DIGIT_MASK; digit++) {
      const count = counts[digit] as number
      counts[digit] = before
      before += count
    }
    for (const place of places) {
      const digit = ((keys[place] as number) >>> shift) & DIGIT_MASK
      const to = counts[digit] as number
      counts[digit] = to + 1
      moved[to] = place
    }
    const next = places
    places = moved
    moved = next
  }
  return places
}

function insertedBySize(keys: Uint32Array): Uint32Array {
  const places = new Uint32Array(keys.length)
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] as number
    let to = place
    for (; to > 0 && (keys[places[to - 1] as number] as number) > key; to--) {
      places[to] = places[to - 1] as number
    }
    places[to] = place
  }
  return places
}

/** Whole numbers in the same order; 0 and -0 have the same. */
function keysOf(numbers: Float32Array): Uint32Array {
  const keys = new Uint32Array(numbers.length)
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  for (let place = 0; place < keys.length; place++) {
    const one = bits[place] as number
    keys[place] = one > SIGN ? ~one : one | SIGN
  }
  return keys
}
