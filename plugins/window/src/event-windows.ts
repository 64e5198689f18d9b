import type { ParameterFault } from '@millrace/sdk'
import type * as z from '@millrace/sdk/zod'
import { windowFaults } from './check-window.ts'
import { panesOf } from './create-windows.ts'
import type { Plan } from './plan.ts'
import { windowSchema, type WindowParameters } from './window-parameters.ts'

/** Schema of windows over event time that any stage may have: one of `tumbling`, `sliding`, `cumulate`. */
export const eventWindowsSchema = windowSchema.pick({
  tumbling: true,
  sliding: true,
  cumulate: true,
  lateness: true,
  offset: true,
  zone: true,
})

/** Windows over event time as parameters name them. */
export type EventWindows = z.output<typeof eventWindowsSchema>

/** Faults that the schema cannot say; paths are those inside of the windows. */
export function checkEventWindows(windows: EventWindows): readonly ParameterFault[] {
  return windowFaults(whole(windows), { ends: true }, ['tumbling', 'sliding', 'cumulate'])
}

/** The windows, and how long after its end one still takes records, ms. They were checked before. */
export function createEventWindows(windows: EventWindows): {
  readonly plan: Plan
  readonly latenessMs: number
} {
  return panesOf(whole(windows))
}

/** The same as parameters of a stage that folds nothing. */
function whole(windows: EventWindows): WindowParameters {
  return { ...windows, ...nothing }
}

const nothing = { aggregate: {}, emit: 'final', empty: false, relaxed: false } as const
