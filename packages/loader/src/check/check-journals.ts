import { type Part, sourceTraitsOf } from '../build/part.ts'
import { CFG_JOURNAL, CFG_JOURNAL_IDLE } from '../modules/errors.ts'
import type { LoadContext } from '../load-context.ts'

/** The sources that are read by way of a journal, by id, with the bytes that it may take. Only a job with checkpoints can have one. */
export function checkJournals(
  parts: ReadonlyMap<string, Part>,
  hasCheckpoints: boolean,
  context: LoadContext,
): Readonly<Record<string, number>> {
  const journals: Record<string, number> = {}
  for (const [id, part] of parts) {
    const { entry, settings } = part
    if (settings.journal === undefined) continue
    const replay = sourceTraitsOf(part)?.replay
    const where = entry.keys.get('journal')?.where ?? entry.where
    if (replay === 'position') context.warnings.push(CFG_JOURNAL_IDLE({ id }, where))
    else if (replay === 'ack' || !hasCheckpoints) {
      context.faults.push(CFG_JOURNAL({ id, acknowledges: replay === 'ack' }, where))
    } else if (replay === 'none') journals[id] = settings.journal
  }
  return journals
}
