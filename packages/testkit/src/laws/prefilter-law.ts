import { isDeepStrictEqual } from 'node:util'
import { type StageDefinition, type StageInstance, tryParseParameters } from '@millrace/sdk'
import fc from 'fast-check'
import { demand, type Law, shown } from './law.ts'
import { observeStage } from './observe-stage.ts'
import { caseOf, type Sample, stageLaw, type StageUnderLaw } from './stage-laws-options.ts'
import { verdictOf } from './verdict-of.ts'

/** Law on what a stage says of records in advance: whoever leaves them out must lose nothing. */
export function prefilterLaw<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'prefilter',
    title: 'what its prefilter does not admit it filters, for the reason that it says',
  }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const kept: { instance?: StageInstance } = {}
    const create: StageDefinition<P>['create'] = async (scope) =>
      (kept.instance = await definition.create(scope))
    await observeStage({ ...definition, create }, caseOf(options, { ...sample, input: [] }))
    const prefilter = kept.instance?.prefilter
    if (prefilter === undefined) return
    demand(definition.keeps === 'nothing', () => 'It has a prefilter and keeps something.')
    demand(stage.inputs.length === 1, () => 'It has a prefilter, which is not told of which input.')
    const names = namesOf(definition, sample.parameters)
    const timeOf = (index: number): number =>
      options.timestamp?.(sample.input[index], index) ?? index
    const glimpse: Record<string, unknown> = {}
    const isLeftOut = (record: unknown, index: number): boolean => {
      const seen = glimpseOf(record, names, glimpse)
      const before = structuredClone(seen)
      const answers = [seen, record].map((one) => admits(prefilter, one, timeOf(index)))
      demand(
        isDeepStrictEqual(seen, before),
        () => `Its prefilter made ${shown(seen)} of ${shown(before)}.`,
      )
      demand(
        answers[0] === answers[1],
        () =>
          `Of ${shown(record)} it says something else where only ${[...(names ?? [])].join()} is there.`,
      )
      const verdict = verdictOf(prefilter.tests ?? [], seen)
      demand(
        verdict === 'unsure' ||
          (verdict === 'wanted') === admitsOrThrows(prefilter, record, timeOf(index)),
        () => `Of ${shown(record)} its tests say ${verdict}.`,
      )
      return answers[0] === false
    }
    const places = [...sample.input.keys()].filter((at) => isLeftOut(sample.input[at], at))
    const input = places.map((at) => sample.input[at])
    const { run } = await observeStage(definition, {
      ...caseOf(options, { ...sample, input }),
      timestamp: (_record, index) => timeOf(places[index] as number),
      processBatch,
    })
    const wanted = input.length === 0 ? {} : { [prefilter.reason]: input.length }
    demand(
      isDeepStrictEqual({ ...run.reasons }, wanted),
      () =>
        `Its prefilter leaves out ${shown(input)} for "${prefilter.reason}"; of these it gave ${shown(run.outputs)}, and filtered ${shown(run.reasons)}.`,
    )
  })
}

/** A prefilter that throws leaves the record to `process`. */
function admits(
  prefilter: NonNullable<StageInstance['prefilter']>,
  record: unknown,
  timestamp: number,
): boolean {
  return admitsOrThrows(prefilter, record, timestamp) ?? true
}

/** What a prefilter says of a record; undefined where it throws. */
function admitsOrThrows(
  prefilter: NonNullable<StageInstance['prefilter']>,
  record: unknown,
  timestamp: number,
): boolean | undefined {
  try {
    return prefilter.admits(record, timestamp)
  } catch {
    return undefined
  }
}

/** The first names of the fields that it reads; undefined: all. */
function namesOf<P>(
  definition: StageDefinition<P>,
  parameters: Sample['parameters'],
): ReadonlySet<string> | undefined {
  const parsed = tryParseParameters(definition, parameters)
  const paths = 'value' in parsed ? definition.reads?.(parsed.value) : undefined
  return paths && new Set(paths.map((path) => path.split('.')[0] ?? path))
}

/** The fields with these names, in one object for all records. */
function glimpseOf(
  record: unknown,
  names: ReadonlySet<string> | undefined,
  glimpse: Record<string, unknown>,
): unknown {
  const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
  if (!isObject || names === undefined) return record
  for (const name of Object.keys(glimpse)) delete glimpse[name]
  for (const [name, value] of Object.entries(record)) if (names.has(name)) glimpse[name] = value
  return glimpse
}
