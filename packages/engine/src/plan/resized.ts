import { jobDefaults, ordersOf, whyUnordered } from '@millrace/sdk'
import type { MillraceError } from '@millrace/base'
import { ENG_RESIZE } from './errors.ts'
import { parks, stagesInLanes } from './check-parallel.ts'
import type { JobSpec, StageSpec } from './job-spec.ts'
import { placeOf } from './place.ts'
import { whyUnrepeatable } from './pipeline-restart.ts'
import { replicaId, stageOf } from './parallel-spec.ts'

/** The same job with another number of workers of a stage. Throws ENG_RESIZE. */
export function resized(spec: JobSpec, id: string, workers: number): JobSpec {
  const stage = spec.stages.find((one) => one.id === id)
  const refusal = stage === undefined ? unknown(spec, id) : whyNot(stage, workers)
  if (refusal !== undefined) throw ENG_RESIZE({ id, ...refusal }, stage && placeOf(stage))
  const stages = spec.stages.map((one) => {
    return one.id === id && one.parallel ? { ...one, parallel: { ...one.parallel, workers } } : one
  })
  const whole = { ...spec, stages }
  const orders = ordersOf(whole, stagesInLanes(whole))
  for (const one of stages) {
    const why = whyUnordered(one, orders, parks(one, spec))
    if (why === undefined) continue
    const hint = `Write mode: unordered at "${one.id}", or leave "${id}" as it is.`
    throw ENG_RESIZE({ id, problem: `"${one.id}" is ordered and ${why}`, hint }, placeOf(one))
  }
  return whole
}

/** Why the whole pipeline cannot go on with other numbers of workers from a checkpoint, as it must for this stage; undefined: it can. */
export function whyNotRebuilt(
  spec: JobSpec,
  id: string,
  hasPool: boolean,
): MillraceError | undefined {
  const { runs = 'async' } = spec.stages.find((one) => stageOf(one.id) === id)?.parallel ?? {}
  if (runs !== 'async' && !hasPool) {
    const problem = `it began with one worker, so that there are no ${runs}`
    return ENG_RESIZE({ id, problem, hint: 'Run the job with 2 of them; then it can have more.' })
  }
  const text = 'its workers change by going on from a checkpoint'
  if (spec.checkpoint === undefined) {
    const hint =
      'Let the job take checkpoints. Without: stages without by, with runs: async, beside no threads; ordered ones behind what has had one worker.'
    return ENG_RESIZE({ id, problem: `${text}, and the job takes none`, hint })
  }
  const why = whyUnrepeatable(spec)
  if (why === undefined) return undefined
  const problem = `${text}, from which this job cannot go on while it runs: ${why.message}`
  const hint = 'Stop it, and run it again with the other number.'
  return ENG_RESIZE({ id, problem: problem.replace(/\.$/, ''), hint }, why.where, why)
}

/** Whether replicas can be added to a stage and retire as they are: it has no keys, and nothing of it and beside it is elsewhere. `spec` as it was expanded. */
export function growsInPlace(spec: JobSpec, id: string, hasPool: boolean): boolean {
  const own = spec.stages.filter(({ replica }) => replica?.of === id)
  const first = own.find((one) => one.id === replicaId(id, 0))
  if (first?.parallel === undefined || first.parallel.mode === 'keyed') return false
  if (!hasPool) return true
  const ids = new Set(own.map((one) => one.id))
  const read = new Set(own.flatMap(fromOf))
  const beside = [...spec.sources, ...spec.stages].filter(({ id: part }) => read.has(part))
  const behind = spec.stages.filter((stage) => fromOf(stage).some((from) => ids.has(from)))
  return [...own, ...beside, ...behind].every(({ thread }) => thread === undefined)
}

function fromOf({ inputs }: StageSpec): readonly string[] {
  return inputs.flatMap(({ from }) => from.map(({ id }) => id))
}

interface Refusal {
  readonly problem: string
  readonly hint: string
}

function whyNot({ by, factory, parallel }: StageSpec, workers: number): Refusal | undefined {
  const most = jobDefaults.parallel.workersMost
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > most) {
    const problem = `workers must be a whole number from 1 to ${most}; got ${String(workers)}`
    return { problem, hint: `Give it 1 to ${most}.` }
  }
  const isKeyed = Object.values(by ?? {}).length > 0
  if (factory.traits.keeps === 'state' && !isKeyed) {
    const problem =
      'it keeps state and has no by, so each worker would see only a part of the records'
    return { problem, hint: 'Give it by, or leave it as it is.' }
  }
  if (parallel === undefined) {
    const problem = 'nothing is said of its workers'
    return { problem, hint: 'Write parallel: { workers: 1 } there; then it can have more.' }
  }
  if (parallel.mode === 'serial') {
    const problem = 'it is serial: one record after the other, whatever the number of workers'
    return { problem, hint: 'Write mode: ordered there.' }
  }
  const { inFlight } = parallel
  if (inFlight === undefined || inFlight >= workers) return undefined
  const problem = `inFlight is ${inFlight}, which is fewer than one for each of ${workers} workers`
  return { problem, hint: 'Leave inFlight away: it is 2 for each worker then.' }
}

function unknown({ sinks, sources, stages }: JobSpec, id: string): Refusal {
  const isSource = sources.some((one) => one.id === id)
  const isSink = sinks.some((one) => one.id === id)
  const names = stages.flatMap((stage) => (stage.parallel === undefined ? [] : [`"${stage.id}"`]))
  const hint =
    names.length === 0
      ? 'No stage of the job has parallel: write parallel: { workers: 1 } at one.'
      : `Those with parallel are ${names.join(', ')}.`
  if (isSource) return { problem: 'it is a source: stop the job for another number', hint }
  return { problem: isSink ? 'it is a sink' : 'the job has no such stage', hint }
}
