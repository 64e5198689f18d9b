import { createHash } from 'node:crypto'
import { type MillraceError, nearestName } from '@millrace/base'
import type { JobSpec, OutputRef, SourceSpec, StageSpec } from '@millrace/engine'
import { JOB_NO_INPUT_OF_STAGE, JOB_NO_STAGE } from '../errors.ts'
import type { Letter } from './letter-batch.ts'
import { letterSource } from './letter-source.ts'

/** A job that takes letters in the place of its input. */
export interface ReplaySpec {
  readonly spec: JobSpec
  /** Stages on the way that remember records: they begin anew, so their results count the letters alone. */
  readonly remembering: readonly string[]
}

/** Where letters enter: a source, an input of a stage, or a sink. */
interface Entrance {
  readonly id: string
  /** Undefined for sources and sinks. */
  readonly input: string | undefined
  readonly letters: Letter[]
}

/** What stands in the way of a replay: a place that the job no longer has is an error each, with the nearest name. */
export function lostPlaces(spec: JobSpec, letters: readonly Letter[]): readonly MillraceError[] {
  const known = [...spec.sources, ...spec.stages, ...spec.sinks].map(({ id }) => id)
  const lost = new Map<string, MillraceError>()
  for (const { input, stage } of letters) {
    const place = `${stage} ${input ?? ''}`
    if (lost.has(place)) continue
    const found = spec.stages.find(({ id }) => id === stage)
    if (!known.includes(stage)) {
      lost.set(place, JOB_NO_STAGE({ stage, near: nearestName(stage, known), known }))
    } else if (found !== undefined && inputOf(found, input) === undefined) {
      const inputs = found.inputs.map(({ name }) => name)
      lost.set(place, JOB_NO_INPUT_OF_STAGE({ stage, input: input ?? '', inputs }))
    }
  }
  return [...lost.values()]
}

/**
 * The part of a job behind the places where letters failed, with the letters as its input: each enters where it failed, in
 * their order, places further down first, so that none is overtaken by what comes from above. The sources of the job are not read.
 * Failures do not trip the error rate, as they are what a replay is about, and no mailbox drops records. `onFed` is told of each letter that goes in.
 * Throws the first of `lostPlaces`.
 */
export function replaySpec(
  spec: JobSpec,
  letters: readonly Letter[],
  onFed: (letter: Letter) => void = () => {},
): ReplaySpec {
  const [fault] = lostPlaces(spec, letters)
  if (fault !== undefined) throw fault
  const reached = reachedBy(spec, new Set(letters.map(({ stage }) => stage)))
  const entrances = entrancesOf(spec, letters, reached)
  const sources: SourceSpec[] = []
  let turn = Promise.resolve()
  for (const { id, input, letters: own } of entrances) {
    const done = Promise.withResolvers<void>()
    const reader = spec.sources.find((source) => source.id === id)
    const sourceId = reader === undefined ? entranceId(id, input) : id
    const passOn = (): void => done.resolve()
    sources.push(letterSource({ id: sourceId, letters: own, reader, turn, passOn, onFed }))
    turn = done.promise
  }
  const fed = new Set(sources.map(({ id }) => id))
  const read = (from: readonly OutputRef[], id: string, input?: string): readonly OutputRef[] => {
    const own = entranceId(id, input)
    const kept = from.filter((ref) => fed.has(ref.id) || isReachedStage(ref.id))
    return fed.has(own) ? [...kept, { id: own, output: 'out' }] : kept
  }
  const isReachedStage = (id: string): boolean =>
    reached.has(id) && spec.stages.some((stage) => stage.id === id)
  const stages = spec.stages
    .filter(({ id }) => reached.has(id))
    .map((stage) => ({
      ...stage,
      inputs: stage.inputs.map(({ name, from }) => ({ name, from: read(from, stage.id, name) })),
    }))
  const sinks = spec.sinks
    .filter(({ id }) => reached.has(id))
    .map((sink) => ({ ...sink, from: read(sink.from, sink.id) }))
  const remembering = stages.filter(remembers).map(({ id }) => id)
  const errors = { atMost: 1, of: 1000 }
  // What is fed counts as replayed, so none of it may be dropped on the way.
  const mailbox = { ...spec.mailbox, overflow: 'block' } as const
  // What was fed is noted as it goes in, so it goes in once.
  const restart = spec.restart && { ...spec.restart, onEscalate: 'fail' as const }
  const ids = `${printOf(letters)}-`
  const main = undefined
  return {
    spec: { ...spec, sources, stages, main, sinks, errors, mailbox, restart, ids },
    remembering,
  }
}

/** The same for the same letters: a sink that has seen one takes it for the same, and for none of the job. */
function printOf(letters: readonly Letter[]): string {
  const hash = createHash('sha1')
  for (const { id, time } of letters) hash.update(`${id} ${time}\n`)
  return hash.digest('base64url').slice(0, 12)
}

/** No part of a job file has such an id. */
function entranceId(id: string, input: string | undefined): string {
  return input === undefined || input === 'in' ? `replay:${id}` : `replay:${id}.${input}`
}

function inputOf(stage: StageSpec, input: string | null): string | undefined {
  if (input === null) return stage.inputs[0]?.name
  return stage.inputs.find(({ name }) => name === input)?.name
}

/** What letters at these places can reach, the places too. */
function reachedBy(spec: JobSpec, places: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set(places)
  for (const { id, inputs } of spec.stages) {
    if (inputs.some(({ from }) => from.some((ref) => reached.has(ref.id)))) reached.add(id)
  }
  for (const { id, from } of spec.sinks)
    if (from.some((ref) => reached.has(ref.id))) reached.add(id)
  return reached
}

/** Sinks first, sources last. An input that nothing reaches is one without letters. */
function entrancesOf(
  spec: JobSpec,
  letters: readonly Letter[],
  reached: ReadonlySet<string>,
): readonly Entrance[] {
  const at = (id: string, input: string | undefined): Entrance => {
    const own = letters.filter((letter) => letter.stage === id)
    const first = spec.stages.find((stage) => stage.id === id)?.inputs[0]?.name
    const isMeant = (letter: Letter): boolean => (letter.input ?? first) === input
    return { id, input, letters: input === undefined ? own : own.filter(isMeant) }
  }
  const hasReader = (from: readonly OutputRef[]): boolean => from.some((ref) => reached.has(ref.id))
  const sinks = spec.sinks.map(({ id }) => at(id, undefined))
  const stages = spec.stages.toReversed().flatMap(({ id, inputs }) => {
    if (!reached.has(id)) return []
    const all = inputs.map(({ name, from }) => ({ ...at(id, name), isRead: hasReader(from) }))
    return all.filter((entrance) => entrance.letters.length > 0 || !entrance.isRead)
  })
  const sources = spec.sources.map(({ id }) => at(id, undefined))
  const isFed = (entrance: Entrance): boolean => entrance.letters.length > 0
  return [...sinks.filter(isFed), ...stages, ...sources.filter(isFed)]
}

function remembers({ factory }: StageSpec): boolean {
  return factory.traits.absorbs || factory.traits.keeps === 'state'
}
