import type { ErrorPolicy } from '@millrace/engine'
import { askDefinition } from '../modules/ask-definition.ts'
import { sinkOf, sourceOf, stageOf, type Part } from './part.ts'
import type { Wiring } from './wire.ts'

/** The parts of a job, and who reads whom. */
export interface Graph {
  readonly parts: ReadonlyMap<string, Part>
  readonly wiring: Wiring
  readonly onError: ErrorPolicy | undefined
}

/**
 * The sinks that write records of a source as the bytes they came in: these pass only stages that hand them on untouched, and the sink writes
 * the same format.
 */
export function rawSinks(id: string, graph: Graph): readonly string[] {
  const source = graph.parts.get(id)
  const format = source === undefined ? undefined : rawFormat(source)
  // What stands in a journal, or comes from another thread, are records, not the bytes of them.
  const { journal, parallel } = source?.settings ?? {}
  if (format === undefined || journal !== undefined || (parallel?.workers ?? 1) > 1) return []
  return [...graph.parts].flatMap(([reader, part]) =>
    rawFormat(part) === format && isReached(reader, id, graph) ? [reader] : [],
  )
}

/** Who reads the records of a node. */
export function readersOf(id: string, { wiring }: Pick<Graph, 'wiring'>): readonly string[] {
  return [...wiring.inputs].flatMap(([reader, inputs]) =>
    inputs.some(({ from }) => from.some((ref) => ref.id === id)) ? [reader] : [],
  )
}

/** Whether anyone reads what a stage calls `late`, which holds records as they came. */
export function givesLate(id: string, { wiring }: Pick<Graph, 'wiring'>): boolean {
  return [...wiring.inputs.values()].some((inputs) =>
    inputs.some(({ from }) => from.some((ref) => ref.id === id && ref.output === 'late')),
  )
}

/** Whether all that a sink or stage reads are records of the source, or of other ones, untouched. */
function isReached(reader: string, source: string, graph: Graph): boolean {
  const { onError, parts, wiring } = graph
  const part = parts.get(reader)
  if (part === undefined || mayPark(part.settings.onError ?? onError)) return false
  const inputs = (wiring.inputs.get(reader) ?? []).flatMap(({ from }) => from)
  return inputs.length > 0 && inputs.every(({ id }) => isUntouched(id, source, graph))
}

/** Whether what a node gives are records as they came from the source, in this thread. */
function isUntouched(id: string, source: string, graph: Graph): boolean {
  if (id === source) return true
  const part = graph.parts.get(id)
  const stage = part && stageOf(part)
  // What remembers records may hand one on when another is in hand, or none: then there are no bytes of it.
  const isSame = stage?.definition.passes === 'same' && stage.definition.keeps === 'nothing'
  if (!isSame || exits(part) || part?.settings.parallel !== undefined) return false
  return !givesLate(id, graph) && isReached(id, source, graph)
}

/** Whether records may go from a stage to the sinks behind it at once, as anything. */
export function exits(part: Part | undefined): boolean {
  return part !== undefined && stageOf(part)?.definition.exits === true
}

/** Whether records may be parked: what is parked waits as a record. */
export function mayPark(policy: ErrorPolicy | undefined): boolean {
  const last = typeof policy === 'object' && 'retry' in policy ? policy.then : policy
  return last === 'park' || (typeof last === 'object' && 'park' in last)
}

function rawFormat(part: Part): string | undefined {
  const { entry, parameters } = part
  const source = sourceOf(part)
  const end = source ?? sinkOf(part)
  if (end === undefined || parameters === undefined) return undefined
  const ask = () => end.definition.raw?.(parameters.value)
  return askDefinition(end, 'raw', ask, entry.where)
}
