import { type Part, stageOf } from '../build/part.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_FIELDS_ANEW } from '../modules/errors.ts'

/** Says which stages may keep what no checkpoint holds and make results of it; those that hand records on untouched make none. */
export function warnOfFields(parts: Iterable<Part>, context: LoadContext): void {
  for (const part of parts) {
    const { keeps = 'instance', passes } = stageOf(part)?.definition ?? { keeps: 'nothing' }
    if (keeps !== 'instance' || passes === 'same') continue
    const { id, where } = part.entry
    context.warnings.push(CFG_FIELDS_ANEW({ id }, where))
  }
}
