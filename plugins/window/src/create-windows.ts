import { invariant } from '@millrace/base'
import { parseEmitter, type StateScope } from '@millrace/sdk'
import { CountWindows } from './count-windows.ts'
import { DirectWindows } from './direct-windows.ts'
import { EmitterWindows } from './emitter-windows.ts'
import type { Folds } from './folds.ts'
import { PaddedWindows } from './padded-windows.ts'
import { type Alignment, cumulatePlan, type Plan, slidingPlan, tumblingPlan } from './plan.ts'
import { SessionWindows } from './session-windows.ts'
import { SharedWindows } from './shared-windows.ts'
import { emitOf, emptyMost, toMs, type WindowParameters } from './window-parameters.ts'
import type { Windows } from './windows.ts'

/** The windows that parameters ask for, which were checked before. */
export function createWindows(
  parameters: WindowParameters,
  folds: Folds,
  state: StateScope,
): Windows {
  const { count, emitter, lateness, maxWait, session } = parameters
  const emit = emitOf(parameters)
  const latenessMs = toMs(lateness)
  if (session !== undefined) {
    return new SessionWindows({ emit, folds, gapMs: toMs(session), latenessMs }, state)
  }
  if (emitter !== undefined) {
    const parsed = parseEmitter(emitter)
    invariant('create' in parsed, 'The check of parameters has refused others.')
    return new EmitterWindows(parsed.name, parsed.create(), folds, state)
  }
  const plan = planOf(parameters)
  if (plan === undefined) {
    const maxWaitMs = maxWait === undefined ? Number.POSITIVE_INFINITY : toMs(maxWait)
    return new CountWindows({ emit, folds, maxWaitMs, size: count }, state)
  }
  const options = { plan, folds, emit, latenessMs }
  const most = emptyMost(parameters)
  if (most > 0) return new PaddedWindows(options, most, state)
  const isShared = parameters.tumbling === undefined && emit.kind === 'final'
  return isShared ? new SharedWindows(options, state) : new DirectWindows(options, state)
}

/** Which windows over panes; undefined for windows that are none. */
export function planOf({
  cumulate,
  offset,
  sliding,
  tumbling,
  zone,
}: WindowParameters): Plan | undefined {
  const sign = offset.startsWith('-') ? -1 : 1
  const alignment: Alignment = { offsetMs: sign * toMs(offset.replace(/^-/u, '')), zone }
  if (tumbling !== undefined) return tumblingPlan(toMs(tumbling), alignment)
  if (sliding !== undefined) return slidingPlan(toMs(sliding.size), toMs(sliding.every), alignment)
  if (cumulate === undefined) return undefined
  return cumulatePlan(toMs(cumulate.size), toMs(cumulate.step), alignment)
}

/** Whether windows are made of panes, give one result each, and take each record for its own time. */
export function isOfPanes(parameters: WindowParameters): boolean {
  const { emit, relaxed } = parameters
  const isOnce = emit === 'final' && !relaxed && emptyMost(parameters) === 0
  return isOnce && planOf(parameters) !== undefined
}

/** The panes of windows that are made of some, and how long after its end one still takes records, ms. */
export function panesOf(parameters: WindowParameters): {
  readonly plan: Plan
  readonly latenessMs: number
} {
  const plan = planOf(parameters)
  invariant(plan !== undefined, 'The check of parameters has refused other windows.')
  return { plan, latenessMs: toMs(parameters.lateness) }
}
