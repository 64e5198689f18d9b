import { mainOutputs, type OutputRef } from '@millrace/engine'
import { jobDefaults, type StageDefinition, stageInputs, toStageFactory } from '@millrace/sdk'
import {
  type Draft,
  isOfAll,
  type JointStageOptions,
  pathsOf,
  requireTime,
  withMade,
  withStage,
} from './draft.ts'
import { JOB_TOGETHER } from './errors.ts'
import { Flow } from './flow.ts'
import { injectionOf } from './injection-of.ts'

/** Flows that one stage reads, by the names it knows them by. */
export class Together {
  readonly #draft: Draft
  readonly #outputs: readonly (readonly [name: string, outputs: readonly OutputRef[]])[]

  constructor(flows: Readonly<Record<string, Pick<Flow<never, never>, 'draft'>>>) {
    const all = Object.entries(flows)
    const [first] = all
    if (first === undefined || all.length < 2) throw JOB_TOGETHER({ problem: 'there are not two' })
    this.#draft = all
      .slice(1)
      .reduce((draft, [, flow]) => merged(draft, flow.draft), first[1].draft)
    this.#outputs = all.map(([name, flow]) => [name, mainOutputs(flow.draft)])
  }

  /** Adds the stage that reads them all. Throws JOB_PARAMETERS, JOB_NO_TIME and JOB_TOGETHER. */
  stage<P>(
    definition: StageDefinition<P>,
    parameters: unknown,
    options: JointStageOptions = {},
  ): Flow<never, unknown> {
    const draft = this.#draft
    const names = this.#outputs.map(([name]) => name)
    const { by, ...others } = options
    const firstBy = by === undefined || isOfAll(by) ? by : by[names[0] ?? '']
    const surroundings = {
      ends: draft.sources.every((source) => source.factory.traits.ends),
      keys: pathsOf(firstBy),
      inputs: names,
      timeoutMs: options.timeoutMs ?? jobDefaults.timeoutMs,
    }
    const made = { parameters, provide: draft.options.provide }
    const injection = injectionOf(definition, made, surroundings)
    requireTime(draft, definition, injection.parameters)
    const factory = toStageFactory(definition, injection)
    if (!same(stageInputs(definition, names), names)) {
      const takes = stageInputs(definition).join(', ')
      throw JOB_TOGETHER({
        problem: `"${definition.name}" reads ${takes}, not ${names.join(', ')}`,
      })
    }
    const from = this.#outputs.map(([name, from]) => ({ name, from }))
    const added = withStage(draft, factory, from, { ...others, ...(by && { by }) }, [])
    return new Flow(withMade(added, added.stages.at(-1)?.id ?? '', definition, parameters))
  }
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}

/** What two flows have in common stands in the job once. */
function merged(one: Draft, other: Draft): Draft {
  for (const { sources } of [one, other]) {
    if (sources.length === 0) throw JOB_TOGETHER({ problem: 'one of them reads what run() gets' })
  }
  if (one.options !== other.options)
    throw JOB_TOGETHER({ problem: 'they are of several pipelines' })
  const draft: Draft = {
    ...one,
    sources: union(one.sources, other.sources),
    stages: union(one.stages, other.stages),
    sinks: union(one.sinks, other.sinks),
    made: { ...one.made, ...other.made },
  }
  const deadLetter = one.deadLetter ?? other.deadLetter
  const ids = [...draft.sources, ...draft.stages, ...draft.sinks].map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw JOB_TOGETHER({ problem: `two parts are called "${twice}"` })
  return deadLetter === undefined ? draft : { ...draft, deadLetter }
}

const union = <T>(one: readonly T[], other: readonly T[]): readonly T[] => [
  ...new Set([...one, ...other]),
]
