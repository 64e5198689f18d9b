import type { JobRestart } from '@millrace/engine'
import { sinkTraits } from '@millrace/sdk'
import { type Part, sinkOf, sourceOf } from '../build/part.ts'
import { CFG_NOT_REPEATABLE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import { askDefinition } from '../modules/ask-definition.ts'

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
  const source = sourceOf(part)
  if (source !== undefined) return source.definition.replay === 'position' ? undefined : 'source'
  const sink = sinkOf(part)
  if (sink === undefined || part.parameters === undefined) return undefined
  const { value } = part.parameters
  const ask = (): boolean | undefined => sinkTraits(sink.definition, value).replaces
  return askDefinition(sink, 'replaces', ask, part.entry.where) === true ? undefined : 'sink'
}
