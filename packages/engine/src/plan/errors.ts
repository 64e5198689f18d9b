import { defineError, type ErrorOf } from '@millrace/base'

/** A stage cannot have another number of workers while its job runs. */
export const ENG_RESIZE: ErrorOf<{ id: string; problem: string; hint: string }> = defineError({
  code: 'ENG_RESIZE',
  message: (d) => `"${d.id}" cannot be resized: ${d.problem}.`,
  hint: (d) => d.hint,
})

/** The same, for nothing more comes to it. */
export const ENG_RESIZE_OVER: ErrorOf<{ id: string }> = defineError({
  code: 'ENG_RESIZE_OVER',
  message: (d) => `"${d.id}" cannot be resized: nothing more comes to it, as the job is ending.`,
  hint: () => 'Resize it while the job runs.',
})
