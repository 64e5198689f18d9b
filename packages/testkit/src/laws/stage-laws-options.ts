import fc, { type Arbitrary } from 'fast-check'
import { type StageDefinition, stageInputs } from '@millrace/sdk'
import { TST_OPTION } from '../errors.ts'
import type { MakeOptions } from '../injection-of.ts'
import { keyFieldsOf } from '../key-fields.ts'
import type { RunStageOptions } from '../run-stage.ts'
import { type Effort, type Law, lawOver } from './law.ts'
import type { StageCase } from './observe-stage.ts'

/** What a stage is proved with. */
export interface StageLawsOptions
  extends
    Effort,
    Pick<MakeOptions, 'expressions'>,
    Pick<RunStageOptions, 'by' | 'inputs' | 'inputEnds' | 'disorderMs'> {
  /** Valid parameters: the values to try, or an arbitrary of fast-check. Default: none. */
  readonly parameters?: readonly unknown[] | Arbitrary<unknown>
  /** One record as it may come in; with several inputs, a map may say it for each. They arrive in any order. */
  readonly records: Arbitrary<unknown> | Readonly<Record<string, Arbitrary<unknown>>>
  /** Event time of a record, epoch ms. Default: its position in the input. */
  readonly timestamp?: (record: unknown, index: number) => number
}

/** One random case: parameters and records. */
export interface Sample {
  readonly parameters: unknown
  readonly input: readonly unknown[]
  /** The input that each record goes to; absent where there is only one. */
  readonly to?: readonly string[]
}

/** What every law of stages is made from. */
export interface StageUnderLaw<P> {
  readonly definition: StageDefinition<P>
  readonly options: StageLawsOptions
  readonly samples: Arbitrary<Sample>
  readonly inputs: readonly string[]
  /** Names of the keys in results. */
  readonly keys: readonly string[]
  /** Fields that are a key of some input. */
  readonly keyFields: readonly string[]
}

/** Throws TST_OPTION. */
export function stageUnderLaw<P>(
  definition: StageDefinition<P>,
  options: StageLawsOptions,
): StageUnderLaw<P> {
  const { parameters = [{}] } = options
  const inputs = stageInputs(definition, options.inputs)
  const samples = fc
    .record({
      parameters: 'generate' in parameters ? parameters : fc.constantFrom(...parameters),
      input: recordsOf(inputs, options.records),
    })
    .map(({ parameters, input }): Sample => {
      const values = input.map(({ record }) => record)
      return inputs.length === 1
        ? { parameters, input: values }
        : { parameters, input: values, to: input.map(({ to }) => to) }
    })
  const fields = (input: string): readonly string[] => keyFieldsOf(options.by, input)
  const keys = fields(inputs[0] as string)
  const keyFields = [...new Set(inputs.flatMap(fields))]
  return { definition, options, samples, inputs, keys, keyFields }
}

/** Records of all inputs, in any order. */
function recordsOf(
  inputs: readonly string[],
  records: StageLawsOptions['records'],
): Arbitrary<readonly { readonly to: string; readonly record: unknown }[]> {
  const some = inputs.map((to) => {
    const one = isArbitrary(records) ? records : records[to]
    if (one === undefined) {
      const expected = `an arbitrary for each of ${inputs.join(', ')}`
      const hint = `Give records of "${to}" too.`
      throw TST_OPTION({ option: 'records', value: 'without one', expected, hint })
    }
    // Records are plain values, as a source makes them: fast-check also makes objects without a prototype.
    return one.map((record) => ({ to, record: structuredClone(record) }))
  })
  const [only] = some
  return fc.array(some.length === 1 && only ? only : fc.oneof(...some), { maxLength: 24 })
}

function isArbitrary(records: StageLawsOptions['records']): records is Arbitrary<unknown> {
  return typeof records['generate'] === 'function'
}

/** A law of this stage over samples and `extra`; `holds` throws a breach. */
export function stageLaw<P, X>(
  { definition, options, samples }: StageUnderLaw<P>,
  about: { readonly id: string; readonly title: string; readonly runs?: number },
  extra: Arbitrary<X>,
  holds: (sample: Sample, extra: X) => Promise<void>,
): Law {
  const runs = about.runs ?? options.runs
  return lawOver(
    { part: `Stage "${definition.name}"`, ...about },
    { runs, seed: options.seed },
    fc.tuple(samples, extra).map(([sample, more]) => ({ ...sample, more })),
    ({ more, ...sample }) => holds(sample, more),
  )
}

/** How a sample is run: with the surroundings of the options. */
export function caseOf(options: StageLawsOptions, { parameters, input, to }: Sample): StageCase {
  const { by, disorderMs, expressions, inputEnds, inputs, timestamp } = options
  return {
    parameters,
    input,
    expressions,
    ...(to === undefined ? {} : { to: (_record: unknown, index: number) => to[index] as string }),
    // Where there is no record to take the time of, it is this.
    now: () => 1_000_000_000_000,
    ...(by === undefined ? {} : { by }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(disorderMs === undefined ? {} : { disorderMs }),
    ...(inputEnds === undefined ? {} : { inputEnds }),
    ...(timestamp === undefined ? {} : { timestamp }),
  }
}
