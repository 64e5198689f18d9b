import { isDeepStrictEqual } from 'node:util'
import {
  type SinkBatch,
  type Injection,
  type Rejection,
  type SinkDefinition,
  type SinkInstance,
  type SinkTraits,
  sinkTraits,
} from '@millrace/sdk'
import { injectionOf } from '../../injection-of.ts'
import { Breach, demand, shown } from '../law.ts'
import { InstanceSurroundings } from './instance-surroundings.ts'
import type { SinkLawsOptions, SinkPlace } from './sink-laws-options.ts'

/** A refused record: its place among all that were written, and why. */
export interface Refused {
  readonly index: number
  readonly code: string
  readonly message: string
}

/** What became of records: all of those that a sink got. */
export interface Written {
  readonly accepted: readonly unknown[]
  readonly refused: readonly Refused[]
}

/** A place that a sink may write to, by as many instances as a law likes. */
export class PlacedSink<P> {
  readonly place: SinkPlace
  readonly #definition: SinkDefinition<P>
  readonly #options: SinkLawsOptions
  readonly #parameters: unknown

  private constructor(
    definition: SinkDefinition<P>,
    options: SinkLawsOptions,
    parts: { readonly parameters: unknown; readonly place: SinkPlace },
  ) {
    this.#definition = definition
    this.#options = options
    this.#parameters = parts.parameters
    this.place = parts.place
  }

  static async at<P>(
    definition: SinkDefinition<P>,
    options: SinkLawsOptions,
    parameters: unknown,
  ): Promise<PlacedSink<P>> {
    const place = await options.place(parameters)
    return new PlacedSink(definition, options, { parameters, place })
  }

  /** What its definition says of it. */
  get traits(): SinkTraits {
    return sinkTraits(this.#definition, this.#injection().parameters)
  }

  /** A new instance that was not opened. `recovers`: the job goes on from a checkpoint. */
  async create(recovers = false): Promise<SinkInstance> {
    const scope = { ...new InstanceSurroundings().scope(true), recovers }
    return this.#definition.create({ ...scope, ...this.#injection() })
  }

  #injection(): Injection<P> {
    const { expressions } = this.#options
    const { parameters } = this.place
    return injectionOf(this.#definition, { parameters, expressions })
  }

  /** A new instance, open. */
  async open(): Promise<SinkInstance> {
    const instance = await this.create()
    await instance.open?.()
    return instance
  }

  /** Writes all records by a new instance and makes them visible. */
  async writeAll(
    records: readonly unknown[],
    cut: { readonly sizes: readonly number[]; readonly flushes: boolean },
  ): Promise<Written> {
    const instance = await this.open()
    const written = await write(instance, records, cut)
    await instance.flush?.()
    await instance.commit?.()
    await instance.close?.()
    return written
  }

  /** Demands that a reader finds these records and no others, and that nothing else is left there. */
  async demandFound(how: string, records: readonly unknown[]): Promise<void> {
    await this.demandSeen(how, records)
    const left = (await this.place.leftovers?.()) ?? []
    demand(left.length === 0, () => `${how} it left ${left.join(', ')} behind.`)
  }

  /** Demands that a reader finds these records and no others, while a sink is at work. */
  async demandSeen(how: string, records: readonly unknown[]): Promise<void> {
    const found = await this.place.read()
    const { written = (all: readonly unknown[]): unknown => all } = this.#options
    // Plain values, as readers get them: fast-check also makes objects without a prototype.
    const expected = structuredClone(written(records, this.#parameters))
    demand(
      isDeepStrictEqual(found, expected),
      () => `${how} a reader finds ${shown(found)} for ${shown(expected)}.`,
    )
  }
}

/** Writes records in batches of these sizes, which take turns. */
export async function write(
  instance: SinkInstance,
  records: readonly unknown[],
  { sizes, flushes }: { readonly sizes: readonly number[]; readonly flushes: boolean },
  first = 0,
): Promise<Written> {
  const refused: Refused[] = []
  let count = 0
  for (let at = 0; at < records.length; count++) {
    const size = sizes[count % sizes.length] ?? records.length
    const part = records.slice(at, at + size)
    const result = await instance.write(batchOf(part, first + at))
    for (const one of result?.rejected ?? []) {
      demandSound(one, part.length)
      refused.push({ index: at + one.index, code: one.code, message: one.message })
    }
    at += part.length
    if (flushes) await instance.flush?.()
  }
  refused.sort((a, b) => a.index - b.index)
  const gone = new Set(refused.map(({ index }) => index))
  demand(
    gone.size === refused.length,
    () => `It refused a record more than once: ${shown(refused)}.`,
  )
  return { accepted: records.filter((_record, index) => !gone.has(index)), refused }
}

function demandSound({ code, index, message }: Rejection, length: number): void {
  demand(
    Number.isInteger(index) && index >= 0 && index < length,
    () => `It refused record ${shown(index)} of a batch of ${length}.`,
  )
  demand(
    code !== '' && message !== '',
    () => `It refused record ${index} with ${shown({ code, message })}.`,
  )
}

/** A batch that takes no index but its own; `first`: how many records came before. */
export function batchOf(values: readonly unknown[], first: number): SinkBatch {
  const at = (index: number): number => {
    if (Number.isInteger(index) && index >= 0 && index < values.length) return index
    throw new Breach(`It asked for record ${shown(index)} of a batch of ${values.length}.`)
  }
  return {
    length: values.length,
    value: (index) => values[at(index)],
    timestamp: (index) => first + at(index),
    watermark: (index) => first + at(index) - 1,
    key: (index) => void at(index),
    origin: (index) => ({ source: 'source', partition: '', offset: first + at(index) }),
    id: (index) => `0-${first + at(index)}`,
  }
}
