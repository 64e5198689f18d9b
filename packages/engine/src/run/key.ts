import type { KeyValue } from '@millrace/base'
import type { Key } from '@millrace/sdk'
import type { KeyPart, StageSpec } from '../plan/job-spec.ts'
import { ENG_KEY } from '../errors.ts'

type Branch = Map<unknown, Branch | number>

/** Keys kept before a stage without keyed state forgets them. */
const KEPT_MAX = 100_000

/** Reads keys and gives each distinct one a number (its slot) and one object. Typed: 1 and '1' differ. */
export class KeyInterner {
  readonly keys: Key[] = []
  readonly #names: readonly string[]
  readonly #read = { timestamp: 0 }
  #root: Branch = new Map()
  /** Set where keyed state refers to slots, which must then stay for ever. */
  pinned = false

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** The slot of the record's key. Throws ENG_KEY, or what a key expression throws. */
  slot(parts: readonly KeyPart[], record: unknown, timestamp: number): number {
    this.#read.timestamp = timestamp
    let branch = this.#root
    const last = parts.length - 1
    for (let index = 0; index < last; index++) {
      const value = keyValue(parts[index] as KeyPart, record, this.#read)
      let next = branch.get(value) as Branch | undefined
      if (next === undefined) branch.set(value, (next = new Map()))
      branch = next
    }
    const value = keyValue(parts[last] as KeyPart, record, this.#read)
    const known = branch.get(value) as number | undefined
    return known ?? this.#add(branch, value, parts, record)
  }

  /** The slot of a key by its values, given where it has none. */
  slotOf(values: readonly KeyValue[] | null): number {
    this.pinned = true
    return this.slot(values === null ? [] : values.map(fixedPart), undefined, 0)
  }

  /** The values of a key, in the order of `by`. */
  values(slot: number): readonly KeyValue[] {
    const key = this.keys[slot] ?? {}
    return this.#names.map((name) => key[name] as KeyValue)
  }

  #add(branch: Branch, value: unknown, parts: readonly KeyPart[], record: unknown): number {
    if (!this.pinned && this.keys.length >= KEPT_MAX) {
      this.keys.length = 0
      this.#root = new Map()
      return this.slot(parts, record, this.#read.timestamp)
    }
    const slot = this.keys.length
    const values = parts.map((part) => keyValue(part, record, this.#read))
    const key = Object.fromEntries(this.#names.map((name, index) => [name, values[index]]))
    this.keys.push(Object.freeze(key))
    branch.set(value, slot)
    return slot
  }
}

function fixedPart(value: KeyValue): KeyPart {
  return { name: '', description: '', read: () => value }
}

function keyValue(part: KeyPart, record: unknown, context: { timestamp: number }): unknown {
  const value = part.read(record, context)
  if (typeof value === 'string') return value
  if (typeof value === 'number' && value === value) return value
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'bigint') return value
  throw ENG_KEY({ name: part.name, got: describe(value) })
}

function describe(value: unknown): string {
  if (typeof value === 'number') return 'NaN'
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

/** How the key is read, by input of the stage; empty without `by`. */
export function keyPartsByInput(spec: StageSpec): ReadonlyMap<string, readonly KeyPart[]> {
  const { by } = spec
  if (by === undefined) return new Map()
  return new Map(spec.inputs.map(({ name }) => [name, isSame(by) ? by : (by[name] ?? [])]))
}

function isSame(by: NonNullable<StageSpec['by']>): by is readonly KeyPart[] {
  return Array.isArray(by)
}
