/** Numbers for the entries of a store, by slot and name. */
export interface Units {
  /** The number of an entry; -1 where it has none. */
  find(slot: number, name: unknown): number
  /** The number of an entry, given where it has none. */
  take(slot: number, name: unknown): number
  free(unit: number): void
  /** Names of entries of a slot. */
  names(slot: number): readonly unknown[]
  slot(unit: number): number
  name(unit: number): unknown
}

/** One entry per slot: its number is the slot's. */
export const slotUnits: Units = {
  find: (slot) => slot,
  take: (slot) => slot,
  free: () => {},
  names: () => [undefined],
  slot: (unit) => unit,
  name: () => undefined,
}

/** Many entries per slot. */
export class NamedUnits implements Units {
  readonly #units = new Map<number, Map<unknown, number>>()
  readonly #slots: number[] = []
  readonly #names: unknown[] = []
  readonly #free: number[] = []

  find(slot: number, name: unknown): number {
    return this.#units.get(slot)?.get(name) ?? -1
  }

  take(slot: number, name: unknown): number {
    let units = this.#units.get(slot)
    if (units === undefined) this.#units.set(slot, (units = new Map()))
    const known = units.get(name)
    if (known !== undefined) return known
    const unit = this.#free.pop() ?? this.#slots.length
    units.set(name, unit)
    this.#slots[unit] = slot
    this.#names[unit] = name
    return unit
  }

  free(unit: number): void {
    const slot = this.#slots[unit] as number
    const units = this.#units.get(slot)
    units?.delete(this.#names[unit])
    if (units?.size === 0) this.#units.delete(slot)
    this.#names[unit] = undefined
    this.#free.push(unit)
  }

  names(slot: number): readonly unknown[] {
    return [...(this.#units.get(slot)?.keys() ?? [])]
  }

  slot(unit: number): number {
    return this.#slots[unit] as number
  }

  name(unit: number): unknown {
    return this.#names[unit]
  }
}
