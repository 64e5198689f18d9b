import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'
import { canonical } from './canonical.ts'
import { addToRegisters, estimateRegisters, REGISTERS } from './hyperloglog.ts'

/** Up to this many different values `distinct` is exact. */
export const DISTINCT_EXACT_MAX = 256

interface Seen {
  /** Canonical texts while they are few; undefined once registers count. */
  texts: Set<string> | undefined
  registers: Uint8Array | undefined
}

function toRegisters(texts: Iterable<string>): Uint8Array {
  const registers = new Uint8Array(REGISTERS)
  for (const text of texts) addToRegisters(registers, text)
  return registers
}

function copySeen({ texts, registers }: Seen): Seen {
  return {
    texts: texts === undefined ? undefined : new Set(texts),
    registers: registers?.slice(),
  }
}

function addText(seen: Seen, text: string): void {
  if (seen.registers !== undefined) {
    addToRegisters(seen.registers, text)
    return
  }
  seen.texts?.add(text)
  if (seen.texts !== undefined && seen.texts.size > DISTINCT_EXACT_MAX) {
    seen.registers = toRegisters(seen.texts)
    seen.texts = undefined
  }
}

/**
 * How many different values: exact up to 256, then an estimate (HyperLogLog, 4,096 registers) whose standard error is
 * 1.6 %. 1 and '1' are different; objects are compared by content. 0 for no values.
 */
export const distinct: AggregateDefinition<Seen> = defineAggregate({
  name: 'distinct',
  summary: 'How many different values: exact up to 256, then with a standard error of 1.6 %.',
  arguments: 1,
  create: (): Seen => ({ texts: new Set(), registers: undefined }),
  add: (seen, value) => addText(seen, canonical(value)),
  merge(a, b) {
    const both = copySeen(a)
    for (const text of b.texts ?? []) addText(both, text)
    if (b.registers !== undefined) {
      const registers = both.registers ?? toRegisters(both.texts ?? [])
      for (let index = 0; index < REGISTERS; index++) {
        registers[index] = Math.max(registers[index] ?? 0, b.registers[index] ?? 0)
      }
      both.registers = registers
      both.texts = undefined
    }
    return both
  },
  result: ({ texts, registers }) =>
    registers === undefined ? (texts?.size ?? 0) : Math.round(estimateRegisters(registers)),
})

/** `distinct` with `exact: true`: keeps every different value. */
export const exactDistinct: AggregateDefinition<Set<string>> = defineAggregate({
  name: 'distinct',
  summary: 'How many different values; keeps every one.',
  arguments: 1,
  create: () => new Set<string>(),
  add(seen, value) {
    seen.add(canonical(value))
  },
  merge: (a, b) => new Set([...a, ...b]),
  result: (seen) => seen.size,
})
