import type { JobRestart } from '@millrace/engine'
import { type Part, sinkTraitsOf, sourceTraitsOf } from '../build/part.ts'
import { CFG_NOT_REPEATABLE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import type { CheckpointPlan } from '../plan/job-plan.ts'

interface Repeated {
  readonly restart?: JobRestart | undefined
  /** Absent: the job takes no checkpoints. */
  readonly checkpoint?: CheckpointPlan | undefined
}

/**
 * Where the pipeline may begin anew, every source must be readable again, and every sink must replace its output or, where the
 * pipeline goes on from a checkpoint, deliver exactly once.
 */
export function checkRepeatable(
  { checkpoint, restart }: Repeated,
  parts: Iterable<Part>,
  context: LoadContext,
): void {
  if ((restart?.onEscalate ?? 'fail') === 'fail') return
  const hasCheckpoints = checkpoint !== undefined
  for (const part of parts) {
    const kind = faultyKind(part, hasCheckpoints)
    if (kind === undefined) continue
    const { id, where } = part.entry
    context.faults.push(CFG_NOT_REPEATABLE({ kind, id, hasCheckpoints }, where))
  }
}

function faultyKind(part: Part, hasCheckpoints: boolean): 'source' | 'sink' | undefined {
  const source = sourceTraitsOf(part)
  if (source !== undefined && source.replay !== 'position') return 'source'
  const sink = sinkTraitsOf(part)
  if (sink === undefined) return undefined
  const isFit = hasCheckpoints ? sink.delivers === 'exactlyOnce' : sink.replaces === true
  return isFit ? undefined : 'sink'
}
