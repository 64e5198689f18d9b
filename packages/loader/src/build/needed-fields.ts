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
  const readers = [...wiring.inputs].filter(([, inputs]) =>
    inputs.some(({ from }) =>
      from.some((ref) => ref.id === id && (output === undefined || ref.output === output)),
    ),
  )
  for (const [reader] of readers) {
    const part = parts.get(reader)
    const stage = part === undefined ? undefined : stageOf(part)
    const ask = () => stage?.definition.reads?.(part?.parameters?.value)
    const reads = stage && askDefinition(stage, 'reads', ask, part?.entry.where)
    const passed =
      stage?.definition.passes === 'same' ? neededBehind(reader, undefined, parts, wiring) : []
    if (isRead(reader, 'late', wiring)) return undefined
    if (reads === undefined || passed === undefined) return undefined
    for (const field of [...reads, ...passed, ...(part?.settings.reads ?? [])]) needed.add(field)
  }
  return [...needed]
}
