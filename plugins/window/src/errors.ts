import { defineError } from '@millrace/base'

/** An emitter that does not keep to its contract. */
export const WINDOW_EMITTER = defineError<{ emitter: string; problem: string; hint: string }>({
  code: 'WINDOW_EMITTER',
  message: (d) => `The emitter "${d.emitter}" ${d.problem}.`,
  hint: (d) => d.hint,
})
