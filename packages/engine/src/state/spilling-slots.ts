import { isMillraceError, messageOf, type MillraceError, RingBuffer } from '@millrace/base'
import { ENG_INTERNAL, ENG_SPILL_DATA, ENG_SPILL_OVER } from '../errors.ts'
import type { Frozen } from './frozen.ts'
import { isSpillable, type SpillableStore } from './spillable-store.ts'
import type { Journal } from './journal.ts'
import type { SpillFile } from './spill-file.ts'
import type { ColdColumns } from './stage-changes.ts'
import type { Loaded, Store } from './store.ts'
import type { Handle } from './store-snapshot.ts'
import { STAYS, TouchedSlots } from './touched-slots.ts'

const firstSlots = 16
/** Looks at keys in one go; what is left over has to wait for the next one. */
const LOOKS_MOST = 2048

/** The handles have nothing, or nobody has asked whether they do. */
const NONE = 0
/** In memory, and in the queue. */
const WARM = 1
/** The same, and used since the queue was there the last time. */
const USED = 2
/** On the disk. */
const COLD = 3
/** In memory until it was passed. */
const PASSING = 4

/** What a spilling stage is made of. */
export interface SpillingOptions {
  /** Keys that may stay in memory, about. At least 1. */
  readonly keys: number
  /** That of the stage. */
  readonly id: string
  readonly journal: Journal
  /** Told of what ends the job. */
  readonly fail: (error: MillraceError) => void
}

interface Part extends Pick<Handle, 'kind' | 'version'> {
  readonly name: string
  readonly store: SpillableStore
}

/**
 * The slots of a stage that keeps only some of its keys in memory. Whoever needs a key says so here first, so this is where those
 * on the disk come back. What goes is decided by a queue in which a key that was used has a second turn: by what came, never by
 * the clock or the size of the heap.
 */
export class SpillingSlots extends TouchedSlots {
  readonly #options: SpillingOptions
  /** Of handles of which a key can be put aside. Their places are those in what is written down. */
  readonly #parts: Part[] = []
  #states = new Uint8Array(firstSlots)
  readonly #queue = new RingBuffer<number>()
  /** Absent until all that there was is restored, and when the job is over: nothing goes then. */
  #disk: SpillFile | undefined
  /** Keys on the disk. */
  cold = 0
  /** A disk that failed has ended the job. */
  hasFailed = false

  constructor(options: SpillingOptions) {
    super()
    this.#options = options
  }

  /** Only what is open can have keys. */
  get #file(): SpillFile {
    if (this.#disk === undefined) throw ENG_SPILL_OVER({ id: this.#options.id })
    return this.#disk
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#disk?.size ?? 0
  }

  /** Whether there is any handle whose keys can be put aside. */
  get hasParts(): boolean {
    return this.#parts.length > 0
  }

  /** A handle that follows the key was made. */
  attach(name: string, { kind, store, version }: Handle): void {
    if (isSpillable(store)) this.#parts.push({ name, kind, version, store })
  }

  /** The job is over. */
  close(): void {
    this.#disk?.close()
    this.#disk = undefined
  }

  isCold(slot: number): boolean {
    return this.#states[slot] === COLD
  }

  /** Throws what ends the job. */
  override use(slot: number): void {
    super.use(slot)
    this.bring(slot)
  }

  /** The same for one to which nothing happens. */
  bring(slot: number): void {
    if (this.#disk === undefined) return
    const state = this.#stateOf(slot)
    if (state === COLD) this.#thaw(slot)
    if (state !== WARM && state !== USED) this.#queue.push(slot)
    this.#states[slot] = state === WARM || state === USED ? USED : WARM
  }

  override pass(slot: number): number {
    if (this.#stateOf(slot) !== COLD) return STAYS
    this.#thaw(slot)
    this.#states[slot] = PASSING
    return this.#options.journal.size
  }

  override passed(slot: number, mark: number): void {
    if (mark === STAYS || this.#states[slot] !== PASSING) return
    // A change that may still be undone needs what it changed.
    if (this.#options.journal.size === mark) this.#freeze(slot)
    else {
      this.#states[slot] = WARM
      this.#queue.push(slot)
    }
  }

  /** Puts keys aside until as many are left as may be, but for the one in hand. For between records, when nothing can be undone. */
  evict(current: number): void {
    for (let left = LOOKS_MOST; left > 0 && this.#queue.length > this.#options.keys; left--) {
      const slot = this.#queue.shift() as number
      if (this.#states[slot] === USED || slot === current) {
        this.#states[slot] = WARM
        this.#queue.push(slot)
      } else this.#freeze(slot)
    }
  }

  /** From now on keys go to a file and come back; so far none has anything. */
  begin(file: SpillFile): void {
    this.#disk = file
  }

  /** What is loaded by way of this is put aside as it comes. */
  loading(store: Store): Loaded {
    if (!isSpillable(store)) return store
    return {
      load: (entry) => {
        const { slot } = entry
        this.bring(slot)
        store.load(entry)
        this.evict(slot)
      },
    }
  }

  /** Those of `slots` that are in memory, and what the others have on the disk. */
  capture(slots: Int32Array): { readonly warm: Int32Array; readonly cold: ColdColumns } {
    const file = this.#file
    const { bytes, lengths, slots: held } = file.hold(slots.filter((slot) => this.isCold(slot)))
    const handles = this.#parts.map(({ kind, name, version }) => ({ name, kind, version }))
    const decode = (one: Uint8Array): readonly (Frozen | undefined)[] =>
      file.decode(one) as readonly (Frozen | undefined)[]
    return {
      warm: slots.filter((slot) => !this.isCold(slot)),
      cold: { slots: held, lengths, bytes, handles, decode },
    }
  }

  #stateOf(slot: number): number {
    if (slot >= this.#states.length) {
      const states = new Uint8Array(Math.max(slot + 1, 2 * this.#states.length))
      states.set(this.#states)
      this.#states = states
    }
    return this.#states[slot] as number
  }

  #thaw(slot: number): void {
    const file = this.#file
    try {
      const frozen = file.decode(file.take(slot)) as readonly (Frozen | undefined)[]
      for (let at = 0; at < frozen.length; at++) {
        const one = frozen[at]
        if (one !== undefined) this.#parts[at]?.store.thaw(slot, one)
      }
    } catch (error) {
      this.#fail(error)
      throw error
    }
    this.cold--
  }

  #freeze(slot: number): void {
    const all: (Frozen | undefined)[] = []
    let holds = false
    for (const { store } of this.#parts) {
      const has = store.holds(slot)
      all.push(has ? store.freeze(slot) : undefined)
      holds ||= has
    }
    this.#states[slot] = NONE
    if (!holds) return
    this.#states[slot] = COLD
    this.cold++
    try {
      this.#file.put(slot, this.#encode(all))
    } catch (error) {
      this.#fail(error)
    }
  }

  #encode(all: readonly (Frozen | undefined)[]): Uint8Array {
    const file = this.#file
    const { id } = this.#options
    try {
      return file.encode(all)
    } catch (error) {
      const name = this.#parts.find((_, at) => !canEncode(file, all[at]))?.name ?? ''
      throw ENG_SPILL_DATA({ id, name, message: messageOf(error) }, { stage: id }, error)
    }
  }

  #fail(error: unknown): void {
    this.hasFailed = true
    this.#options.fail(
      isMillraceError(error)
        ? error
        : ENG_INTERNAL({ message: messageOf(error) }, { stage: this.#options.id }, error),
    )
  }
}

function canEncode(file: SpillFile, one: Frozen | undefined): boolean {
  try {
    file.encode(one)
    return true
  } catch {
    return false
  }
}
