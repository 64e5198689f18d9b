import type { JobRestart } from '@millrace/engine'
import { type Part, sinkTraitsOf, sourceTraitsOf } from '../build/part.ts'
import { CFG_NOT_REPEATABLE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'

/** Where the pipeline may begin anew, every source must be readable again and every sink must replace its output. */
export function checkRepeatable(
  restart: JobRestart | undefined,
  parts: Iterable<Part>,
  context: LoadContext,
): void {
  if ((restart?.onEscalate ?? 'fail') === 'fail') return
  for (const part of parts) {
    const kind = faultyKind(part)
    if (kind === undefined) continue
    const { id, where } = part.entry
    context.faults.push(CFG_NOT_REPEATABLE({ kind, id }, where))
  }
}

function faultyKind(part: Part): 'source' | 'sink' | undefined {
  const source = sourceTraitsOf(part)
  if (source !== undefined && source.replay !== 'position') return 'source'
  const sink = sinkTraitsOf(part)
  return sink !== undefined && sink.replaces !== true ? 'sink' : undefined
}
