import { stageOf, type Part } from '../build/part.ts'
import type { Wiring } from '../build/wire.ts'
import { CFG_NO_DISORDER, CFG_NO_TIME } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import { CFG_ALIGN_ALONE } from '../modules/errors.ts'

/** What works by event time must not do so by accident: every source before it says what its time is, and how far out of order. */
export function checkTime(
  parts: ReadonlyMap<string, Part>,
  wiring: Wiring,
  context: LoadContext,
): void {
  const told = new Set<string>()
  for (const [id, part] of parts) {
    if (!needsTime(part)) continue
    for (const source of sourcesOf(id, parts, wiring)) {
      if (told.has(source.entry.id)) continue
      told.add(source.entry.id)
      checkSource(source, id, context)
    }
  }
  warnOfAlign(parts, context)
}

/** Who waits for the slowest of the other sources needs another one. */
function warnOfAlign(parts: ReadonlyMap<string, Part>, context: LoadContext): void {
  const [source, ...others] = [...parts.values()].filter(({ entry }) => entry.role === 'source')
  const time = source?.entry.keys.get('time')?.value
  const align = time?.kind === 'map' ? time.entries.get('align') : undefined
  if (source === undefined || others.length > 0 || align === undefined) return
  context.warnings.push(CFG_ALIGN_ALONE({ id: source.entry.id }, align.where))
}

function checkSource({ entry, settings }: Part, stage: string, context: LoadContext): void {
  const node = entry.keys.get('time')?.value
  const details = { stage, source: entry.id }
  if (node === undefined) context.faults.push(CFG_NO_TIME(details, entry.where))
  // With other faults in it nobody knows.
  if (settings.time === undefined || settings.time.arrival === true || node?.kind !== 'map') return
  if (node.entries.has('disorder') || node.entries.has('watermarks')) return
  context.faults.push(CFG_NO_DISORDER(details, node.where))
}

function needsTime(part: Part): boolean {
  const stage = stageOf(part)
  const needs = stage?.definition.needsTime
  if (stage === undefined || typeof needs !== 'function') return needs === true
  const { entry, parameters } = part
  if (parameters === undefined) return false
  return askDefinition(stage, 'needsTime', () => needs(parameters.value), entry.where)
}

/** The sources from which records come to a part. */
function sourcesOf(id: string, parts: ReadonlyMap<string, Part>, wiring: Wiring): readonly Part[] {
  const found = new Set<string>([id])
  // A set is walked to its end, also over what is added on the way.
  for (const reader of found) {
    for (const { from } of wiring.inputs.get(reader) ?? [])
      for (const ref of from) found.add(ref.id)
  }
  return [...found].flatMap((name) => {
    const part = parts.get(name)
    return part?.entry.role === 'source' ? [part] : []
  })
}
