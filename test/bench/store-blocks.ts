import { setImmediate } from 'node:timers/promises'

/** A block: how many rows, then a column of slots, then four columns of numbers. */
const ROW_BYTES = 36
const COLUMNS = 4

interface Columns {
  readonly slots: Uint32Array
  readonly numbers: Float64Array
}

function columnsOf(block: Uint8Array): Columns {
  const { buffer, byteOffset, length } = block
  const rows = length / ROW_BYTES
  return {
    numbers: new Float64Array(buffer, byteOffset, rows * COLUMNS),
    slots: new Uint32Array(buffer, byteOffset + rows * COLUMNS * 8, rows),
  }
}

/** A block of `rows` keys out of `keys`, some of them twice. */
export function deltaBlock(keys: number, rows: number, random: () => number): Uint8Array {
  const block = new Uint8Array(rows * ROW_BYTES)
  const { slots, numbers } = columnsOf(block)
  for (let row = 0; row < rows; row++) slots[row] = random() * keys
  for (let at = 0; at < numbers.length; at++) numbers[at] = random()
  return block
}

const ROWS_OF_A_BLOCK = 100_000

/** Numbers of keys, those that were seen. */
export class Keys {
  readonly #numbers: Float64Array
  readonly #seen: Uint8Array

  constructor(keys: number) {
    this.#numbers = new Float64Array(keys * COLUMNS)
    this.#seen = new Uint8Array(keys)
  }

  apply(block: Uint8Array): void {
    const { slots, numbers } = columnsOf(block)
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number
      this.#seen[slot] = 1
      for (let column = 0; column < COLUMNS; column++) {
        this.#numbers[slot * COLUMNS + column] = numbers[row * COLUMNS + column] as number
      }
    }
  }

  /** Blocks of those that were seen, of a hundred thousand keys each. */
  *blocks(): Generator<Uint8Array, void> {
    for (let from = 0; from < this.#seen.length; from += ROWS_OF_A_BLOCK) {
      const seen = this.#seen.subarray(from, from + ROWS_OF_A_BLOCK)
      const rows = seen.reduce((sum, one) => sum + one, 0)
      if (rows === 0) continue
      const block = new Uint8Array(rows * ROW_BYTES)
      const { slots, numbers } = columnsOf(block)
      for (let at = 0, row = 0; at < seen.length; at++) {
        if (seen[at] === 0) continue
        const start = (from + at) * COLUMNS
        for (let column = 0; column < COLUMNS; column++) {
          numbers[row * COLUMNS + column] = this.#numbers[start + column] as number
        }
        slots[row++] = from + at
      }
      yield block
    }
  }
}

/** All keys, in blocks of a hundred thousand. */
export function wholeBlocks(keys: number): Uint8Array[] {
  const all = new Keys(keys)
  const block = new Uint8Array(keys * ROW_BYTES)
  columnsOf(block).slots.forEach((_, slot, slots) => (slots[slot] = slot))
  all.apply(block)
  return [...all.blocks()]
}

/** All these blocks as blocks in which each key is once; made in slices, so that other work gets its turns. */
export async function mergeBlocks(blocks: readonly Uint8Array[]): Promise<Uint8Array[]> {
  let most = 0
  for (const block of blocks) {
    for (const slot of columnsOf(block).slots) if (slot > most) most = slot
    await setImmediate()
  }
  const keys = new Keys(most + 1)
  for (const block of blocks) {
    keys.apply(block)
    await setImmediate()
  }
  const merged: Uint8Array[] = []
  for (const block of keys.blocks()) {
    merged.push(block)
    await setImmediate()
  }
  return merged
}
