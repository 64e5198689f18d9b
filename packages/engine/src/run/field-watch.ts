import { nearestName } from '@millrace/base'
import { ENG_FIELD_UNSEEN } from '../errors.ts'
import { addFieldPaths, carries } from './field-paths.ts'

/** Records until a field that none had is worth a warning; the names of their fields are kept for "did you mean". */
const RECORDS_MAX = 1000
/** Names kept: records whose field names are data must not grow without end. */
const NAMES_MAX = 10_000
/** Names that are told to others. */
const NAMES_TOLD = 100

interface Awaited {
  readonly field: string
  readonly path: readonly string[]
}

/** What a watch has come to: plain data. */
export interface Watched {
  /** Fields that no record has carried. */
  readonly missing: readonly string[]
  readonly records: number
  /** Some of the names that fields of records have. */
  readonly names: readonly string[]
}

/** Which of the fields that a stage or sink names no record of one of its inputs has carried so far. */
export class FieldWatch {
  readonly #id: string
  readonly #warn: (sentence: string) => void
  readonly #awaited: Awaited[]
  readonly #depth: number
  readonly #names = new Set<string>()
  #records = 0
  /** Records that others have looked at, by who they are. */
  readonly #elsewhere = new Map<string, number>()

  /** `warn` gets a sentence for each field that none of the first 1,000 records carried. */
  constructor(id: string, fields: readonly string[], warn: (sentence: string) => void) {
    this.#id = id
    this.#warn = warn
    this.#awaited = [...new Set(fields)].map((field) => ({ field, path: field.split('.') }))
    this.#depth = Math.max(0, ...this.#awaited.map(({ path }) => path.length))
  }

  /** Every field was carried: no further record needs a look. */
  get done(): boolean {
    return this.#awaited.length === 0
  }

  /** Looks at the records from `start` to before `end`. */
  look(records: readonly unknown[], start: number, end: number): void {
    for (let index = start; index < end && !this.done; index++) {
      this.#strike(records[index])
      if (this.#records++ >= RECORDS_MAX || this.done) continue
      if (this.#names.size < NAMES_MAX) addFieldPaths(records[index], this.#depth, this.#names)
      if (this.#records === RECORDS_MAX) for (const sentence of this.unseen()) this.#warn(sentence)
    }
  }

  get watched(): Watched {
    const missing = this.#awaited.map(({ field }) => field)
    return { missing, records: this.#records, names: [...this.#names].slice(0, NAMES_TOLD) }
  }

  /** What somebody else has seen so far, who looks at other records. */
  told(by: string, { missing, names, records }: Watched): void {
    const seen = this.#awaited.filter(({ field }) => !missing.includes(field))
    for (const awaited of seen) this.#awaited.splice(this.#awaited.indexOf(awaited), 1)
    for (const name of names) if (this.#names.size < NAMES_MAX) this.#names.add(name)
    const before = this.#records
    this.#records += records - (this.#elsewhere.get(by) ?? 0)
    this.#elsewhere.set(by, records)
    if (before < RECORDS_MAX && this.#records >= RECORDS_MAX) {
      for (const sentence of this.unseen()) this.#warn(sentence)
    }
  }

  /** A sentence for each field that no record has carried; none where there was no record. */
  unseen(): readonly string[] {
    if (this.#records === 0) return []
    return this.#awaited.map(({ field }) => {
      const near = nearestName(field, this.#names)
      const fault = ENG_FIELD_UNSEEN({ id: this.#id, field, records: this.#records, near })
      return `${fault.message} ${fault.hint}`
    })
  }

  #strike(record: unknown): void {
    const awaited = this.#awaited
    for (let index = awaited.length - 1; index >= 0; index--) {
      if (carries(record, (awaited[index] as Awaited).path)) awaited.splice(index, 1)
    }
  }
}
