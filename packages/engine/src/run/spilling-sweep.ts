import type { CurrentKey } from '../state/current-key.ts'
import type { Journal } from '../state/journal.ts'
import { SpillingSlots } from '../state/spilling-slots.ts'
import type { KeyInterner } from './key.ts'
import { type Holder, KeySweep } from './key-sweep.ts'
import type { StageParts } from './stage-parts.ts'

/** Also puts keys aside between records. */
export class SpillingSweep extends KeySweep {
  readonly #slots: SpillingSlots
  readonly #own: CurrentKey

  constructor(
    interner: KeyInterner,
    current: CurrentKey,
    holder: Holder,
    few: () => number,
    slots: SpillingSlots,
  ) {
    super(interner, current, holder, few)
    this.#own = current
    this.#slots = slots
  }

  override next(): void {
    super.next()
    this.#slots.evict(this.#own.slot)
  }

  override room(count: number): number {
    this.#slots.evict(this.#own.slot)
    return super.room(count)
  }
}

/** The slots of a stage that spills; undefined for others. */
export function newSpilling(
  { host, spec }: Pick<StageParts, 'host' | 'spec'>,
  journal: Journal,
): SpillingSlots | undefined {
  if (spec.spill === undefined) return undefined
  const { keys } = spec.spill
  const { id } = spec
  return new SpillingSlots({ id, keys, journal, fail: (error) => host.fail(error) })
}

/** What is said of a stage whose state cannot spill. */
export const nothingSpills = (id: string): string =>
  `Stage "${id}" spills nothing: it has no state that is kept as values, maps, lists, objects or ordered runs by key.`
