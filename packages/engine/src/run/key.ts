import { type KeyValue, setField } from '@millrace/base'
import type { Key } from '@millrace/sdk'
import type { KeyPart } from '../plan/job-spec.ts'
import { ENG_KEY } from '../errors.ts'
import { KeyOrder } from '../state/key-order.ts'
import type { PlacedKeys } from '../state/saved-state.ts'
import { isRun } from '../state/slot-run.ts'
import type { Sliced } from '../state/stage-changes.ts'
import { TouchedSlots } from '../state/touched-slots.ts'

type Branch = Map<unknown, Branch | number>

/**
 * Reads keys and gives each distinct one a number (its slot) and one object. Typed: 1 and '1' differ. The slot of a key that is
 * forgotten is given to another one.
 */
export class KeyInterner {
  /** By slot. */
  readonly keys: (Key | undefined)[] = []
  readonly order = new KeyOrder()
  readonly touched: TouchedSlots
  /** Slots that were given to another key, or to none. */
  readonly renamed = new TouchedSlots()
  readonly #names: readonly string[]
  readonly #read = { timestamp: 0 }
  /** How `slotOf` reads the values in hand. */
  readonly #fixed: readonly KeyPart[]
  #values: readonly KeyValue[] = []
  /** By slot; empty once records come. */
  #restored: readonly (readonly KeyValue[])[] = []
  /** Those that have the slots that they had. */
  #putBack: PlacedKeys | undefined
  /** The slot of the last one that was asked for. */
  #last = -1
  #root: Branch = new Map()
  /** Slots without a key. */
  readonly #free: number[] = []
  /** Keys seen first, those counted again that were forgotten in between. */
  seen = 0

  constructor(names: readonly string[], touched: TouchedSlots = new TouchedSlots()) {
    this.#names = names
    this.touched = touched
    this.#fixed = names.map((name, index) => {
      return { name, description: name, read: () => this.#values[index] ?? null }
    })
  }

  /** Keys that have a slot. */
  get size(): number {
    return this.keys.length - this.#free.length
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
    const slot =
      (branch.get(value) as number | undefined) ?? this.#add(branch, value, parts, record)
    this.touched.use(slot)
    return slot
  }

  /** The record's key; it gets no slot. Throws as `slot` does. */
  read(parts: readonly KeyPart[], record: unknown, timestamp: number): Key {
    this.#read.timestamp = timestamp
    const key: Record<string, KeyValue> = {}
    for (let index = 0; index < this.#names.length; index++) {
      const value = keyValue(parts[index] as KeyPart, record, this.#read) as KeyValue
      const name = this.#names[index] as string
      if (name in Object.prototype) Object.defineProperty(key, name, { value, enumerable: true })
      else key[name] = value
    }
    return Object.freeze(key)
  }

  /** The slot of a key by its values, given where it has none. */
  slotOf(values: readonly KeyValue[] | null): number {
    const restored = this.#restored
    if (values === restored[this.#last + 1]) this.#last++
    if (values === restored[this.#last] && values !== undefined) return this.#last
    this.#values = values ?? []
    const slot = this.slot(this.#fixed, undefined, 0)
    if (values === restored[slot]) this.#last = slot
    return slot
  }

  /** Gives keys their slots, in order. Who asks for those of the same lists of values next, in this order, need not wait. */
  restore(keys: readonly (readonly KeyValue[])[]): void {
    const isFirst = this.seen === 0
    if (isFirst && this.#names.length === 1) this.#restoreFirst(keys)
    else for (const key of keys) this.slotOf(key)
    // Only then the slot of a key is its place.
    if (isFirst && this.size === keys.length) this.#restored = keys
  }

  /** The same for keys of one value each, in front of all others. */
  #restoreFirst(keys: readonly (readonly KeyValue[])[]): void {
    const name = this.#names[0] as string
    for (const [value] of keys) {
      if (value === undefined || this.#root.has(value)) continue
      const key: Record<string, KeyValue> = {}
      setField(key, name, value)
      this.order.set(this.keys.length, this.seen++)
      this.#root.set(value, this.keys.length)
      this.keys.push(Object.freeze(key))
    }
  }

  /** Gives keys the slots and the numbers that they had; false, and nothing happens, where that cannot be. */
  putBack(placed: PlacedKeys): boolean {
    if (this.seen > 0) return false
    const { orders, places } = placed
    for (let slot = 0; slot < places.length; slot++) this.keys.push(undefined)
    let fit = true
    placed.each((values, slot) => {
      fit &&= this.#enter(values, slot, orders[slot] as number)
    })
    if (!fit) {
      this.forgetAll()
      this.seen = 0
      return false
    }
    // The lowest one is given first.
    for (let slot = places.length - 1; slot >= 0; slot--) {
      if (this.keys[slot] === undefined) this.#free.push(slot)
    }
    this.#putBack = placed
    return true
  }

  /** Gives a key a slot; false where it has one, or is none of this stage. */
  #enter(values: readonly KeyValue[], slot: number, order: number): boolean {
    if (values.length !== this.#names.length) return false
    let branch = this.#root
    const last = values.length - 1
    const key: Record<string, KeyValue> = {}
    for (let index = 0; index < last; index++) {
      const value = values[index] as KeyValue
      setField(key, this.#names[index] as string, value)
      let next = branch.get(value) as Branch | undefined
      if (next === undefined) branch.set(value, (next = new Map()))
      branch = next
    }
    const value = values[last] as KeyValue
    setField(key, this.#names[last] as string, value)
    const { size } = branch
    // To ask first would be to look for it twice.
    if (branch.set(value, slot).size === size) return false
    this.keys[slot] = Object.freeze(key)
    this.order.set(slot, order)
    if (order >= this.seen) this.seen = order + 1
    return true
  }

  /** What is said of these keys from now on follows what was said of them. */
  goOn(): void {
    this.touched.settle(this.keys.length)
    this.renamed.settle(this.keys.length)
  }

  /** Whether these keys have the slots that they had. */
  arePutBack(keys: PlacedKeys): boolean {
    return keys === this.#putBack
  }

  /** What had to be restored is. */
  isRestored(): void {
    this.#restored = []
    this.#putBack = undefined
  }

  /** The values of a key, in the order of `by`. */
  values(slot: number): readonly KeyValue[] {
    const key = this.keys[slot] ?? {}
    return this.#names.map((name) => key[name] as KeyValue)
  }

  /** The keys of some slots as they are now, whenever they are read; null for a slot without one. */
  capture(slots: Int32Array): Sliced<readonly KeyValue[] | null> {
    const keys = isRun(slots) ? this.#run(slots) : this.#some(slots)
    const names = this.#names
    const valuesOf = (key: Key | undefined): readonly KeyValue[] | null =>
      key === undefined ? null : names.map((name) => key[name] as KeyValue)
    return { length: keys.length, slice: (from, to) => keys.slice(from, to).map(valuesOf) }
  }

  #run(slots: Int32Array): (Key | undefined)[] {
    const first = slots[0] ?? 0
    return this.keys.slice(first, first + slots.length)
  }

  #some(slots: Int32Array): (Key | undefined)[] {
    const keys: (Key | undefined)[] = []
    for (let at = 0; at < slots.length; at++) keys.push(this.keys[slots[at] as number])
    return keys
  }

  /** Slots with a key, in the order in which these were first seen. */
  slots(): Int32Array {
    const slots = Int32Array.from(this.keys.keys())
    return this.order.sorted(slots.filter((slot) => this.keys[slot] !== undefined))
  }

  /** Forgets the key of a slot, to which nothing may refer any more. One that reads as another one each time stays. */
  forget(slot: number): void {
    if (!cut(this.#root, this.values(slot), slot)) return
    this.keys[slot] = undefined
    this.touched.mark(slot)
    this.renamed.mark(slot)
    this.#free.push(slot)
  }

  /** Forgets all keys; nothing may refer to a slot any more. */
  forgetAll(): void {
    this.keys.length = 0
    this.#free.length = 0
    this.#root = new Map()
  }

  #add(branch: Branch, value: unknown, parts: readonly KeyPart[], record: unknown): number {
    const key = this.read(parts, record, this.#read.timestamp)
    const slot = this.#free.pop() ?? this.keys.length
    this.keys[slot] = key
    this.order.set(slot, this.seen++)
    this.renamed.mark(slot)
    branch.set(value, slot)
    return slot
  }
}

/** Takes a slot out, with the branches that only lead to it; false where it is not under these values. */
function cut(branch: Branch, [value, ...rest]: readonly KeyValue[], slot: number): boolean {
  const next = branch.get(value)
  const isCut = next instanceof Map ? cut(next, rest, slot) : next === slot
  if (isCut && (!(next instanceof Map) || next.size === 0)) branch.delete(value)
  return isCut
}

/** One value of a key. Throws ENG_KEY, or what a key expression throws. */
export function keyValue(part: KeyPart, record: unknown, context: { timestamp: number }): unknown {
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
