import { askDefinition } from '../modules/ask-definition.ts'
import { stageOf, type Part } from './part.ts'
import type { Wiring } from './wire.ts'

/**
 * The fields of a source that anyone downstream looks at, or undefined for all: where records reach a sink as they are, and where
 * a dead letter would have to show the whole record.
 */
export function fieldsOf(
  id: string,
  parts: ReadonlyMap<string, Part>,
  wiring: Wiring,
): readonly string[] | undefined {
  if ([...parts.values()].some(({ entry }) => entry.isDeadLetter)) return undefined
  const time = parts.get(id)?.settings.reads ?? []
  const needed = neededBehind(id, undefined, parts, wiring)
  const all = needed === undefined ? undefined : new Set([...time, ...needed])
  return all === undefined || all.has('record') ? undefined : [...all].toSorted()
}

/** The fields of a source by which its only reader may filter it; undefined: it has several readers, or one that looks at all. */
export function prefilterReadsOf(
  id: string,
  parts: ReadonlyMap<string, Part>,
  wiring: Wiring,
): readonly string[] | undefined {
  const readers = readersOf(id, undefined, wiring)
  const part = parts.get(readers[0] ?? '')
  if (readers.length !== 1 || part === undefined) return undefined
  const reads = readsOf(part)
  const time = parts.get(id)?.settings.reads ?? []
  return reads === undefined || reads.includes('record')
    ? undefined
    : [...new Set([...time, ...reads])]
}

/** Who reads the records of a node. */
function readersOf(id: string, output: string | undefined, wiring: Wiring): readonly string[] {
  return [...wiring.inputs]
    .filter(([, inputs]) =>
      inputs.some(({ from }) =>
        from.some((ref) => ref.id === id && (output === undefined || ref.output === output)),
      ),
    )
    .map(([reader]) => reader)
}

/** The fields that a stage looks at; undefined: all, or it is no stage. */
function readsOf(part: Part): readonly string[] | undefined {
  const stage = stageOf(part)
  const ask = () => stage?.definition.reads?.(part.parameters?.value)
  return stage && askDefinition(stage, 'reads', ask, part.entry.where)
}

/** Whether anyone reads an output. What a stage calls `late` holds records as they came. */
function isRead(id: string, output: string, wiring: Wiring): boolean {
  return [...wiring.inputs.values()].some((inputs) =>
    inputs.some(({ from }) => from.some((ref) => ref.id === id && ref.output === output)),
  )
}

/** What the readers of a node's records need of them; undefined: everything. */
function neededBehind(
  id: string,
  output: string | undefined,
  parts: ReadonlyMap<string, Part>,
  wiring: Wiring,
): readonly string[] | undefined {
  const needed = new Set<string>()
  for (const reader of readersOf(id, output, wiring)) {
    const part = parts.get(reader)
    const stage = part === undefined ? undefined : stageOf(part)
    const reads = part && readsOf(part)
    const passed =
      stage?.definition.passes === 'same' ? neededBehind(reader, undefined, parts, wiring) : []
    if (isRead(reader, 'late', wiring)) return undefined
    if (reads === undefined || passed === undefined) return undefined
    for (const field of [...reads, ...passed, ...(part?.settings.reads ?? [])]) needed.add(field)
  }
  return [...needed]
}
