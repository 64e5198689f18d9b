import {
  type Prefilter,
  type SourceBatch,
  type SourceDefinition,
  type SourceInstance,
  type SourceTraits,
  sourceTraits,
} from '@millrace/sdk'
import { injectionOf, type MakeOptions } from '../../injection-of.ts'
import { Breach } from '../law.ts'
import { InstanceSurroundings } from './instance-surroundings.ts'

/** How one partition is read. */
export interface ReadingCase {
  /** Where it begins; default: at the beginning. */
  readonly position?: unknown
  /** Offset of its first entry, where the source does not say it. Default 0. */
  readonly offset?: number
  readonly fields?: readonly string[]
  /** What knows of records that nobody wants; default: nothing. */
  readonly prefilter?: Prefilter
  /** Whether to ask for the bytes of the records. Default false. */
  readonly raw?: boolean
  /** Nothing more is asked for once there are as many entries. */
  readonly limit: number
  /** Batches after which it is told to stop; with `isPending` while it makes the next one. */
  readonly stop?: { readonly after: number; readonly isPending: boolean }
  /** How many turns of the event loop pass before each next batch is asked for. */
  readonly pauses?: readonly number[]
}

/** One entry of the input: a value, or what is malformed. */
export interface Entry {
  readonly offset: number
  readonly line: number | undefined
  readonly value?: unknown
  readonly malformed?: { readonly code: string; readonly message: string; readonly raw: unknown }
}

/** What came of reading one partition. */
export interface Reading {
  /** As they were when they came. */
  readonly batches: readonly SourceBatch[]
  /** Those very batches, as they are now. */
  readonly handed: readonly SourceBatch[]
  readonly entries: readonly Entry[]
  /** Whether it came to its end by itself. */
  readonly isOver: boolean
}

/** One instance of a source, and the time around it. */
export class SourceReader {
  /** What its definition says of its input. */
  readonly traits: SourceTraits
  readonly #instance: SourceInstance
  readonly #around: InstanceSurroundings

  private constructor(
    instance: SourceInstance,
    around: InstanceSurroundings,
    traits: SourceTraits,
  ) {
    this.traits = traits
    this.#instance = instance
    this.#around = around
  }

  static async create<P>(
    definition: SourceDefinition<P>,
    options: MakeOptions,
  ): Promise<SourceReader> {
    const injection = injectionOf(definition, options)
    const around = new InstanceSurroundings()
    const traits = sourceTraits(definition, injection.parameters)
    const instance = await definition.create({ ...around.scope(traits.ends), ...injection })
    return new SourceReader(instance, around, traits)
  }

  get decode(): SourceInstance['decode'] {
    return this.#instance.decode?.bind(this.#instance)
  }

  async open(): Promise<void> {
    await this.#instance.open?.()
  }

  async partitions(): Promise<readonly string[]> {
    return (await this.#instance.partitions?.()) ?? ['']
  }

  async close(): Promise<void> {
    await this.#instance.close?.()
  }

  /** Reads a partition; it is left as the engine leaves one. */
  async read(partition: string, one: ReadingCase): Promise<Reading> {
    const pause = new AbortController()
    const { fields, limit, position, prefilter, raw, stop } = one
    const asked = { fields, prefilter, raw, signal: pause.signal }
    const made = this.#instance.read(partition, position, asked)
    const reading =
      Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]()
    const batches: SourceBatch[] = []
    const handed: SourceBatch[] = []
    let isOver = false
    for (let count = 0; count < limit;) {
      const isTold = pause.signal.aborted
      if (stop?.after === batches.length && !stop.isPending) pause.abort()
      const step = reading.next()
      if (stop?.after === batches.length) pause.abort()
      const { done, value } = await this.#settled(step, pause.signal.aborted)
      isOver = done === true
      if (isOver) break
      const batch = value as SourceBatch
      if (isTold) throw new Breach('It was told to stop and went on.')
      handed.push(batch)
      batches.push(structuredClone(batch))
      count += batch.values.length + (batch.malformed?.length ?? 0)
      const turns = one.pauses?.[batches.length % one.pauses.length] ?? 0
      for (let turn = 0; turn < turns; turn++) await new Promise((next) => setImmediate(next))
    }
    if (!isOver) await reading.return?.()
    return { batches, handed, entries: entriesOf(batches, one.offset ?? 0), isOver }
  }

  async #settled<T>(step: T | Promise<T>, isTold: boolean): Promise<T> {
    if (!(step instanceof Promise)) return step
    const wait = await this.#around.settled(step, !isTold)
    if (wait === undefined) return step
    step.catch(() => undefined)
    const told = isTold ? 'It was told to stop and' : 'It'
    throw new Breach(
      wait === 'time' ? `${told} waits for its timer.` : `${told} gave nothing for five seconds.`,
    )
  }
}

/** Values and malformed entries in the order of the input, with the offsets that the engine gives them. */
function entriesOf(batches: readonly SourceBatch[], first: number): readonly Entry[] {
  const entries: Entry[] = []
  let next = first
  for (const batch of batches) {
    const bad = [...(batch.malformed ?? [])]
    const take = (entry: Entry): void => {
      entries.push(entry)
      next = entry.offset + 1
    }
    const takeBad = (before: number): void => {
      while (bad[0] !== undefined && bad[0].offset <= before) {
        const { offset, line, code, message, raw } = bad.shift() as (typeof bad)[0]
        take({ offset, line, malformed: { code, message, raw } })
      }
    }
    for (const [index, value] of batch.values.entries()) {
      takeBad(batch.offsets?.[index] ?? next)
      take({ offset: batch.offsets?.[index] ?? next, line: batch.lines?.[index], value })
    }
    takeBad(Number.POSITIVE_INFINITY)
  }
  return entries
}
