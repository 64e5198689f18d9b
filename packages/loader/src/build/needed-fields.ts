import { askDefinition } from '../modules/ask-definition.ts'
import { sinkOf, stageOf, type Part } from './part.ts'
import { exits, givesLate, type Graph, mayPark, rawSinks, readersOf } from './raw-sinks.ts'

/** What a source need not give. */
export interface Needed {
  /** The fields that anyone downstream looks at; undefined: all. */
  readonly fields: readonly string[] | undefined
  /** Those by which its only reader may filter it; undefined: it has several readers, or one that looks at all. */
  readonly prefilterReads: readonly string[] | undefined
  /** Whether a sink writes its records as the bytes they came in. */
  readonly raw: boolean
}

/** What those behind a source need of its records: all where they reach a sink as they are, where a dead letter would show the whole record, and where records wait. */
export function neededOf(id: string, graph: Graph): Needed {
  const time = graph.parts.get(id)?.settings.reads ?? []
  const raw = rawSinks(id, graph)
  const unless = (fields: readonly string[] | undefined): readonly string[] | undefined => {
    const all = fields && new Set([...time, ...fields])
    return all === undefined || all.has('record') ? undefined : [...all].toSorted()
  }
  const [only, ...others] = readersOf(id, graph)
  const reader = others.length === 0 ? graph.parts.get(only ?? '') : undefined
  return {
    fields: showsWhole(graph) ? undefined : unless(neededBehind(id, raw, graph)),
    prefilterReads: unless(reader && readsOf(reader)),
    raw: raw.length > 0,
  }
}

/** The only fields of its results that anyone behind a stage looks at; undefined: all. */
export function neededBehindStage(id: string, graph: Graph): readonly string[] | undefined {
  const part = graph.parts.get(id)
  const isWhole = readersOf(id, graph).length === 0 || showsWhole(graph) || exits(part)
  const needed = isWhole ? undefined : neededBehind(id, [], graph)
  return needed?.includes('record') === true ? undefined : needed?.map(firstName)
}

/** Whether somebody is shown all of a record: a dead letter, or whoever runs a job without a sink. */
function showsWhole({ parts }: Graph): boolean {
  const all = [...parts.values()]
  return all.some(({ entry }) => entry.isDeadLetter) || !all.some((part) => sinkOf(part))
}

const firstName = (path: string): string => path.split('.', 1)[0] as string

/** The fields that a stage looks at; undefined: all, or it is no stage. */
function readsOf(part: Part): readonly string[] | undefined {
  const stage = stageOf(part)
  const ask = () => stage?.definition.reads?.(part.parameters?.value)
  return stage && askDefinition(stage, 'reads', ask, part.entry.where)
}

/** What the readers of a node's records need of them; undefined: everything. */
function neededBehind(
  id: string,
  raw: readonly string[],
  graph: Graph,
): readonly string[] | undefined {
  const needed = new Set<string>()
  for (const reader of readersOf(id, graph)) {
    if (raw.includes(reader)) continue
    const part = graph.parts.get(reader)
    const stage = part === undefined ? undefined : stageOf(part)
    const reads = part && readsOf(part)
    const passed = stage?.definition.passes === undefined ? [] : neededBehind(reader, raw, graph)
    if (givesLate(reader, graph) || exits(part)) return undefined
    if (part && keepsRecords(part, graph)) return undefined
    if (reads === undefined || passed === undefined) return undefined
    for (const field of [...reads, ...passed, ...(part?.settings.reads ?? [])]) needed.add(field)
  }
  return [...needed]
}

/** Whether records wait in a part as they came: they are shown to people, or the next run may look at other fields of them. */
function keepsRecords(part: Part, { onError }: Graph): boolean {
  const { absorbs, passes } = stageOf(part)?.definition ?? {}
  return mayPark(part.settings.onError ?? onError) || (absorbs === true && passes === 'same')
}
