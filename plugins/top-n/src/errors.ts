import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: something else than a number to rank by. */
export const TOP_NOT_A_NUMBER: ErrorOf<{ of: string; got: string }> = defineError({
  code: 'TOP_NOT_A_NUMBER',
  message: (details) => `Records rank by numbers; ${details.of} is ${details.got}.`,
  hint: () => 'Convert the value in `of`, or leave such records out with a filter.',
})

/** At run time: a function that a plugin brought threw. */
export const TOP_EVALUATION: ErrorOf<{ of: string; message: string }> = defineError({
  code: 'TOP_EVALUATION',
  message: (details) => `${details.of} could not be evaluated: ${details.message}`,
  hint: () => 'Look at the function the expression calls: it threw for this record.',
})
