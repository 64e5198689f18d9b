import type { JobSpec } from '@millrace/engine'
import { lanesOf, ordersOf, whyUnordered } from '@millrace/sdk'
import { type Part, stageOf } from '../build/part.ts'
import type { LoadContext } from '../load-context.ts'
import { parks } from '../plan/policy-sentences.ts'
import { CFG_PARALLEL_ORDER, CFG_PARALLEL_STATE, CFG_THREADS } from '../modules/errors.ts'

/** Several workers can have the state of a stage only where it is told apart by keys. */
export function checkParallel(parts: Iterable<Part>, context: LoadContext): void {
  for (const part of parts) {
    const { entry, settings } = part
    const { parallel } = settings
    if (parallel === undefined || parallel.workers === 1) continue
    if (parallel.mode === 'keyed' || parallel.mode === 'serial') continue
    if (stageOf(part)?.definition.keeps !== 'state') continue
    const { where } = entry.keys.get('parallel') ?? entry
    context.faults.push(CFG_PARALLEL_STATE({ id: entry.id }, where))
  }
}

/** Results can come in the order of the records only where these have one. */
export function checkOrder(
  spec: JobSpec,
  parts: ReadonlyMap<string, Part>,
  context: LoadContext,
): void {
  const lanes = lanesOf(spec, ({ onError }) => parks(onError ?? spec.onError, spec))
  const orders = ordersOf(spec, lanes)
  for (const stage of spec.stages) {
    const reason = whyUnordered(stage, orders, parks(stage.onError ?? spec.onError, spec))
    const { where } = parts.get(stage.id)?.entry.keys.get('parallel') ?? stage
    if (reason !== undefined)
      context.faults.push(CFG_PARALLEL_ORDER({ id: stage.id, reason }, where))
  }
}

/** What a stage may not have that runs in threads or processes of its own. */
export function checkThreads(
  spec: JobSpec,
  parts: ReadonlyMap<string, Part>,
  context: LoadContext,
): void {
  const isLossy = !['block', undefined].includes(spec.mailbox?.overflow)
  for (const { id, onError, parallel, spill } of spec.stages) {
    if (parallel === undefined || parallel.runs === 'async' || parallel.workers === 1) continue
    const { runs } = parallel
    const all = [
      { key: 'spill', is: spill !== undefined },
      { key: 'onError: park', is: parks(onError ?? spec.onError, spec) },
      { key: `overflow: ${spec.mailbox?.overflow ?? ''}`, is: isLossy },
    ]
    const where = parts.get(id)?.entry.keys.get('parallel')?.where
    for (const { is, key } of all)
      if (is) context.faults.push(CFG_THREADS({ id, key, runs }, where))
  }
}
