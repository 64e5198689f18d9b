import type { JobSpec } from '@millrace/engine'
import { findUpdateClashes } from '@millrace/sdk'
import { CFG_UPDATES } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'

/** Whoever would count a result and the one that replaces it must not be given both. */
export function checkUpdates(spec: JobSpec, context: LoadContext): void {
  for (const { reader, writer } of findUpdateClashes(spec)) {
    context.faults.push(CFG_UPDATES({ reader: reader.id, writer }, reader.where))
  }
}
