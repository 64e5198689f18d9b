import type { JobSpec } from '@millrace/engine'
import { isSplit } from '@millrace/sdk'
import { type Part, sourceTraitsOf } from '../build/part.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_SPLIT, CFG_SPLIT_SOURCE } from '../modules/errors.ts'

/** Several workers can read a source that can be split, and that is told nothing which only one reader of all can do. */
export function checkSplit(parts: Iterable<Part>, spec: JobSpec, context: LoadContext): void {
  const isLossy = !['block', undefined].includes(spec.mailbox?.overflow)
  for (const part of parts) {
    const { entry, loaded, settings } = part
    const { journal, limit, parallel, time } = settings
    const source = spec.sources.find(({ id }) => id === entry.id)
    if (parallel === undefined || source === undefined) continue
    const { where } = entry.keys.get('parallel') ?? entry
    const atLeast = { ...parallel, workers: 2 }
    if (
      !isSplit({ ...source, parallel: atLeast, factory: { traits: sourceTraitsOf(part) ?? {} } })
    ) {
      const module = loaded?.specifier ?? entry.module
      context.faults.push(CFG_SPLIT_SOURCE({ id: entry.id, module }, where))
      continue
    }
    const told = {
      limit,
      journal,
      'time.idle': time?.idleMs,
      'time.align': time?.alignMs,
      'time.watermarks': time?.watermarks,
      [`mailbox.overflow: ${spec.mailbox?.overflow ?? ''}`]: isLossy || undefined,
    }
    for (const [key, value] of Object.entries(told)) {
      if (value !== undefined) context.faults.push(CFG_SPLIT({ id: entry.id, key }, where))
    }
  }
}
