import type { Key, LateRecord } from '@millrace/sdk'
import type { KeyPart, StageSpec } from '../plan/job-spec.ts'
import { NO_SLOT, ONLY_SLOT } from '../state/current-key.ts'
import type { TouchedSlots } from '../state/touched-slots.ts'
import { KeyInterner } from './key.ts'
import type { RecordBatch } from './record-batch.ts'

const NO_PARTS: readonly KeyPart[] = []

/** The keys of a stage's records, by input; without `by` there is one for all. */
export class StageKeys {
  /** In the order of `by`; empty without it. */
  readonly names: readonly string[]
  /** Absent without `by`. */
  readonly interner: KeyInterner | undefined
  readonly #parts: ReadonlyMap<string, readonly KeyPart[]>

  constructor(spec: StageSpec, touched?: TouchedSlots) {
    this.#parts = new Map(spec.inputs.map(({ name }) => [name, keyPartsOf(spec, name)]))
    this.names = this.partsOf(spec.inputs[0]?.name ?? '').map(({ name }) => name)
    this.interner = this.names.length === 0 ? undefined : new KeyInterner(this.names, touched)
  }

  /** How the key of a record of that input is read; empty without `by`. */
  partsOf(input: string): readonly KeyPart[] {
    return this.#parts.get(input) ?? NO_PARTS
  }

  /** The slot of a record's key; none where it has no key to speak of. */
  slotOf(batch: RecordBatch, index: number, input: string): number {
    if (this.interner === undefined) return ONLY_SLOT
    const timestamp = batch.timestamps[index] as number
    try {
      return this.interner.slot(this.partsOf(input), batch.values[index], timestamp)
    } catch {
      return NO_SLOT
    }
  }

  /** The key of a late record; it gets no slot. Undefined where it has none to speak of. */
  keyOf({ eventTime, record }: LateRecord, input: string): Key | undefined {
    try {
      return this.interner?.read(this.partsOf(input), record, eventTime)
    } catch {
      return undefined
    }
  }
}

/** How the key of a record of one input is read; empty without `by`. */
export function keyPartsOf(
  { by = NO_PARTS }: Pick<StageSpec, 'by'>,
  input: string,
): readonly KeyPart[] {
  return isSame(by) ? by : (by[input] ?? NO_PARTS)
}

function isSame(by: NonNullable<StageSpec['by']>): by is readonly KeyPart[] {
  return Array.isArray(by)
}
