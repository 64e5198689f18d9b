import { basename, join, relative } from 'node:path'
import { formatDuration } from '@millrace/base'
import type { JobSpec, KeyPart } from '@millrace/engine'
import { jobDefaults, sourceTraits } from '@millrace/sdk'
import {
  keyNames,
  type Part,
  sinkOf,
  sinkTraitsOf,
  sourceOf,
  sourceTraitsOf,
  stageOf,
} from '../build/part.ts'
import { exits } from '../build/raw-sinks.ts'
import type { Wiring } from '../build/wire.ts'
import type { Role } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import { deliveriesOf } from './deliveries.ts'
import type { CheckpointPlan, Delivery, JobPlan, PlanNode } from './job-plan.ts'
import { parallelSentence, splitSentence } from './parallel-sentence.ts'
import { timeSentences } from './time-sentences.ts'
import {
  escalationSentence,
  failedSentence,
  malformedSentence,
  parks,
  restartSentence,
} from './policy-sentences.ts'

/** The plan of a job without faults. Values of secret parameters are replaced by `(hidden)`. */
export function buildPlan(
  spec: JobSpec,
  parts: ReadonlyMap<string, Part>,
  wiring: Wiring,
  context: LoadContext,
  { checkpoint, file }: { readonly file: string; readonly checkpoint: CheckpointPlan | undefined },
): JobPlan {
  const deliveries =
    checkpoint === undefined ? undefined : deliveriesOf(parts, wiring, checkpoint.journals)
  const order = [
    ...spec.sources.map(({ id }) => id),
    ...wiring.order,
    ...spec.sinks.map(({ id }) => id),
    ...(spec.deadLetter === undefined ? [] : [spec.deadLetter.id]),
  ]
  const nodes = order.flatMap((id) => {
    const part = parts.get(id)
    return part === undefined ? [] : [nodeOf(part, spec, context, deliveries?.get(id))]
  })
  const edges = [...wiring.inputs].flatMap(([to, inputs]) =>
    inputs.flatMap(({ name, from }) =>
      from.map(({ id, output }) => ({ from: id, output, to, input: name })),
    ),
  )
  const notes = [
    ...notesOf(spec, parts, checkpoint !== undefined),
    checkpointNote(checkpoint, context),
  ]
  const holds = [...spec.stages, ...spec.sinks].some(({ onError }) => {
    return parks(onError ?? spec.onError, spec)
  })
  const parkedFile = holds ? join(context.folder, parkedName(file)) : undefined
  if (parkedFile !== undefined) {
    notes.push(`Records that still wait when the job ends go to ${basename(parkedFile)}.`)
  }
  return {
    name: spec.name,
    nodes,
    edges,
    notes,
    ...(checkpoint !== undefined && { checkpoint }),
    ...(parkedFile !== undefined && { parkedFile }),
  }
}

function checkpointNote(checkpoint: CheckpointPlan | undefined, { folder }: LoadContext): string {
  if (checkpoint === undefined) {
    return 'There are no checkpoints: a run that ends early begins anew. checkpoint: 10s takes them.'
  }
  const { dir, everyMs } = checkpoint
  const near = relative(folder, dir)
  const place = near.startsWith('..') ? dir : near
  return `A checkpoint is written to ${place} every ${formatDuration(everyMs)}; a run goes on from the last one.`
}

const parkedName = (file: string): string =>
  `${basename(file).replace(/\.[^.]*$/, '')}.parked.jsonl`

function nodeOf(
  part: Part,
  spec: JobSpec,
  context: LoadContext,
  delivery: Delivery | undefined,
): PlanNode {
  const { entry, loaded } = part
  const traits = spec.stages.find(({ id }) => id === entry.id)?.factory.traits
  const source = sourceOf(part)
  const sink = sinkOf(part)
  const version = loaded?.package
  const kind = entry.isDeadLetter ? 'deadLetter' : isNode(entry.role) ? entry.role : 'stage'
  const ends = source === undefined ? undefined : endsOf(part)
  return {
    id: entry.id,
    kind,
    module: loaded?.specifier ?? entry.module,
    package: version === undefined ? undefined : `${version.name} ${version.version}`,
    summary: loaded?.definition.summary ?? '',
    by: byOf(part),
    parameters: parametersOf(part, context),
    ...(traits === undefined
      ? {}
      : {
          keeps: traits.keeps,
          absorbs: traits.absorbs,
          passes: traits.passes,
          shape: shapeOf(part),
        }),
    ...(ends === undefined ? {} : { ends }),
    fates: fatesOf(part, spec),
    mayChange: mayChangeOf(part),
    delivery,
    guarantee: sink?.definition.guarantee,
  }
}

function mayChangeOf(part: Part): readonly string[] | undefined {
  return (stageOf(part) ?? sourceOf(part) ?? sinkOf(part))?.definition.mayChange
}

/** Whether parts of this role are nodes of the plan; the others only stand beside them. */
const isNode = (role: Role): role is 'source' | 'stage' | 'sink' =>
  role === 'source' || role === 'stage' || role === 'sink'

function shapeOf(part: Part): PlanNode['shape'] {
  const stage = stageOf(part)
  const shape = stage?.definition.shape
  if (stage === undefined || shape === undefined) return undefined
  const keys = keyNames(part.settings)
  const { entry, inputs, parameters } = part
  return (fields) => {
    const ask = () => shape(parameters?.value, { keys, fields, inputs })
    return askDefinition(stage, 'shape', ask, entry.where)
  }
}

/** Whether the input of a source part ends by itself. */
export function endsOf(part: Part): boolean {
  const source = sourceOf(part)
  if (source === undefined || part.settings.limit !== undefined) return true
  const ask = () => sourceTraits(source.definition, part.parameters?.value).ends
  return askDefinition(source, 'ends', ask, part.entry.where)
}

function byOf({ settings: { by } }: Part): readonly string[] {
  if (by === undefined) return []
  if (Array.isArray(by)) return (by as readonly KeyPart[]).map(({ description }) => description)
  return Object.entries(by as Readonly<Record<string, readonly KeyPart[]>>).map(
    ([input, parts]) => `${input}: ${parts.map(({ description }) => description).join(', ')}`,
  )
}

function parametersOf({ entry }: Part, context: LoadContext): PlanNode['parameters'] {
  const prefix = `${entry.path}.parameters.`
  return context.values
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path, value, origin, secret }) => ({
      name: path.slice(prefix.length),
      value: secret ? '(hidden)' : value,
      isDefault: origin === 'default',
    }))
}

function fatesOf(part: Part, spec: JobSpec): readonly string[] {
  const { entry, settings } = part
  if (entry.isDeadLetter) return ['If it cannot write, the job stops.']
  const own = settings.onError ?? spec.onError
  const { restart } = settings
  if (entry.role === 'source') {
    const { time, limit } = settings
    const reads = sourceTraitsOf(part)?.replay === 'position'
    return [
      ...timeSentences(time, endsOf(part)),
      ...(limit === undefined ? [] : [`Stops after ${limit} entries.`]),
      ...neededSentences(part, spec),
      ...lines(splitSentence(entry.id, spec)),
      ...(endsOf(part) ? [] : ['The input does not end by itself.']),
      `Entries that cannot be decoded${time === undefined ? '' : ', and records without a valid time,'} ${malformedSentence(own, spec)}`,
      ...lines(restartSentence('source', restart, reads, spec.restart)),
    ]
  }
  const key = keyNames(settings).length === 0 ? '' : ' of their key'
  const behind =
    entry.role === 'sink' ? 'all later ones' : `all later ones${key} and with event time`
  const failed = failedSentence(own, spec, behind)
  if (entry.role === 'sink') {
    const limit = settings.timeoutMs
    return [
      `Records it rejects ${failed}`,
      ...(limit === undefined ? [] : [`A write may take ${formatDuration(limit)}.`]),
      ...lines(
        restartSentence('sink', restart, sinkTraitsOf(part)?.reopens === true, spec.restart),
      ),
    ]
  }
  const stage = stageOf(part)?.definition
  const names = Object.entries(part.outputs ?? {})
  const timeout = settings.timeoutMs ?? jobDefaults.timeoutMs
  return [
    stage?.absorbs === true
      ? 'Records that emit nothing count as used.'
      : 'Records that emit nothing count as filtered.',
    ...(exits(part)
      ? ['Records that exit go straight to the sinks behind it, and count as used.']
      : []),
    ...retained(part),
    ...lines(parallelSentence(entry.id, settings.parallel, spec)),
    ...lines(spillSentence(settings)),
    ...(names.length > 1 ? names.map(([name, says]) => `Output ${name}: ${says}`) : []),
    `Records that fail ${failed}`,
    `An asynchronous record may take ${formatDuration(timeout)}${settings.timeoutMs === undefined ? ' (default)' : ''}.`,
    ...lines(restartSentence('stage', restart, true, spec.restart)),
  ]
}

/** What a source need not give. */
function neededSentences({ entry }: Part, spec: JobSpec): readonly string[] {
  const { fields, raw } = spec.sources.find(({ id }) => id === entry.id) ?? {}
  return [
    ...(fields === undefined ? [] : [`Of a record it may read only ${listed(fields)}.`]),
    ...(raw === true ? ['Sinks that get its records untouched write the lines as they came.'] : []),
  ]
}

const listed = (fields: readonly string[]): string =>
  fields.length === 0 ? 'that it is there' : `the fields ${fields.join(', ')}`

function spillSentence({ spill }: Part['settings']): string | undefined {
  return (
    spill &&
    `About ${spill.keys} keys keep their state in memory, the others on the disk; numbers, windows and timers stay in memory.`
  )
}

/** Of a stage that does not say itself what it keeps. */
const unsaid = {
  nothing: 'It keeps nothing between records.',
  state: 'It keeps state, and does not say when it lets go of it.',
  instance: 'It may keep what it likes in fields of its own, for as long as it runs.',
}

/** What state a stage keeps, in its own words where it has any. */
function retained(part: Part): readonly string[] {
  const stage = stageOf(part)
  const { entry, parameters } = part
  if (stage?.definition.retains === undefined) {
    return stage === undefined ? [] : [unsaid[stage.definition.keeps ?? 'instance']]
  }
  const ask = () => stage.definition.retains?.(parameters?.value)
  return lines(askDefinition(stage, 'retains', ask, entry.where))
}

const lines = (sentence: string | undefined): readonly string[] =>
  sentence === undefined ? [] : [sentence]

function notesOf(
  spec: JobSpec,
  parts: ReadonlyMap<string, Part>,
  hasCheckpoints: boolean,
): readonly string[] {
  const { errors, restart, mailbox } = spec
  const notes: string[] = []
  if (errors !== undefined) {
    const share = `${Number((errors.atMost * 100).toFixed(2))} %`
    notes.push(`More than ${share} failures among the last ${errors.of} records end the job.`)
  }
  if (restart !== undefined) {
    const period = formatDuration(restart.periodMs)
    notes.push(
      `More than ${restart.intensity} restarts within ${period} ${escalationSentence(restart, hasCheckpoints)}.`,
    )
  }
  for (const [id, part] of parts) {
    if (part.entry.role !== 'resource') continue
    const says = restartSentence('stage', part.settings.restart, true, restart)
    if (says !== undefined) notes.push(`Resource "${id}": ${says}`)
  }
  const capacity = mailbox?.capacity ?? jobDefaults.mailbox.capacity
  const overflow = mailbox?.overflow ?? jobDefaults.mailbox.overflow
  notes.push(
    overflow === 'block'
      ? `A stage holds up to ${capacity} records; a full one slows down what stands before it.`
      : overflow === 'fail'
        ? `A stage holds up to ${capacity} records; one more ends the job.`
        : `This job is lossy: a stage holds up to ${capacity} records and then drops the ${overflow === 'dropOldest' ? 'oldest' : 'newest'}.`,
  )
  if (spec.deadLetter === undefined) {
    notes.push('There is no dead letter sink; deadLetter: { file: rejected.jsonl } adds one.')
  }
  if (spec.sources.some(({ time }) => time === undefined || time.arrival === true)) {
    notes.push('Where the time of a record is its arrival, a second run gives other times.')
  }
  for (const { entry, inputs } of parts.values()) {
    if (entry.role !== 'stage' || inputs.length > 1) continue
    const from = spec.stages.find(({ id }) => id === entry.id)?.inputs[0]?.from ?? []
    if (from.length > 1) {
      notes.push(`"${entry.id}" merges several outputs; their order against each other can differ.`)
    }
  }
  return notes
}
