import fc, { type Arbitrary } from 'fast-check'
import type { SourceDefinition } from '@millrace/sdk'
import type { MakeOptions } from '../../injection-of.ts'
import { wholeNumber } from '../../whole-number.ts'
import { type Effort, type Law, lawOver } from '../law.ts'
import { type Reading, type ReadingCase, SourceReader } from './source-reading.ts'

/** An entry of an input as a test knows it: a value, or something malformed. */
export type SourceEntry = { readonly value: unknown } | { readonly malformed: true }

/** What a source is proved with. */
export interface SourceLawsOptions<I = unknown> extends Effort, Pick<MakeOptions, 'expressions'> {
  /** What there is to read. Default: nothing but the parameters. */
  readonly inputs?: Arbitrary<I>
  /** Valid parameters: the values to try, or a function that puts an input in place and says how to read it. Default: none. */
  readonly parameters?: readonly unknown[] | ((input: I) => unknown)
  /** What must come of an input: the entries of all partitions, in order. Default: nobody says. */
  readonly entries?: (input: I) => readonly SourceEntry[]
  /** How many entries of a partition are looked at; needed where the input has no end. Default 2,000. */
  readonly limit?: number
}

/** What every law of sources is made from. */
export interface SourceUnderLaw<P, I> {
  readonly definition: SourceDefinition<P>
  readonly options: SourceLawsOptions<I>
  readonly samples: Arbitrary<SourceSample<I>>
  readonly limit: number
}

/** One random case, before its input is in place. */
export interface SourceSample<I> {
  readonly input: I
  /** Where the parameters are a list: which. */
  readonly parameters: unknown
}

/** Throws TST_OPTION. */
export function sourceUnderLaw<P, I>(
  definition: SourceDefinition<P>,
  options: SourceLawsOptions<I>,
): SourceUnderLaw<P, I> {
  const { inputs = fc.constant(undefined as I), parameters = [{}] } = options
  const limit = wholeNumber('limit', options.limit ?? 2000, 1)
  const list = typeof parameters === 'function' ? [undefined] : parameters
  const samples = fc.record({ input: inputs, parameters: fc.constantFrom(...list) })
  return { definition, options, samples, limit }
}

/** The parameters of a case; its input is in place then. */
export async function placed<P, I>(
  { options }: SourceUnderLaw<P, I>,
  { input, parameters }: SourceSample<I>,
): Promise<unknown> {
  const { parameters: given } = options
  return typeof given === 'function' ? await given(input) : parameters
}

/** One input in place: it may be read as often as a law likes. */
export class PlacedSource<P> {
  readonly #definition: SourceDefinition<P>
  /** What it is made with. */
  readonly options: MakeOptions
  readonly #limit: number

  constructor(definition: SourceDefinition<P>, options: MakeOptions, limit: number) {
    this.#definition = definition
    this.options = options
    this.#limit = limit
  }

  /** A new instance that was not opened. */
  create(): Promise<SourceReader> {
    return SourceReader.create(this.#definition, this.options)
  }

  /** Opens a new instance for a task, and closes it in any case. */
  async with<T>(task: (reader: SourceReader) => Promise<T>): Promise<T> {
    const reader = await this.create()
    try {
      await reader.open()
      return await task(reader)
    } finally {
      await reader.close()
    }
  }

  /** Reads every partition by a new instance: by name, in order. */
  all(one: Partial<ReadingCase> = {}): Promise<ReadonlyMap<string, Reading>> {
    return this.with(async (reader) => {
      const readings = new Map<string, Reading>()
      for (const name of await reader.partitions()) {
        readings.set(name, await reader.read(name, { limit: this.#limit, ...one }))
      }
      return readings
    })
  }

  /** Reads one partition by a new instance, which lists its partitions first as the engine has it do. */
  one(partition: string, one: Partial<ReadingCase>): Promise<Reading> {
    return this.with(async (reader) => {
      await reader.partitions()
      return reader.read(partition, { limit: this.#limit, ...one })
    })
  }
}

/** A law of this source over samples and `extra`; `holds` throws a breach. */
export function sourceLaw<P, I, X>(
  source: SourceUnderLaw<P, I>,
  about: { readonly id: string; readonly title: string },
  extra: Arbitrary<X>,
  holds: (placed: PlacedSource<P>, extra: X, input: I) => Promise<void>,
): Law {
  const { definition, options, samples, limit } = source
  return lawOver(
    { part: `Source "${definition.name}"`, ...about },
    options,
    fc.tuple(samples, extra).map(([sample, more]) => ({ ...sample, more })),
    async ({ more, ...sample }) => {
      const parameters = await placed(source, sample)
      const made = { parameters, expressions: options.expressions }
      await holds(new PlacedSource(definition, made, limit), more, sample.input)
    },
  )
}
