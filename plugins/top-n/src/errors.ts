import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: something else than a number to rank by. */
export const TOP_NOT_A_NUMBER: ErrorOf<{ of: string; got: string }> = defineError({
  code: 'TOP_NOT_A_NUMBER',
  message: (details) => `Records rank by numbers; ${details.of} is ${details.got}.`,
  hint: () => 'Convert the value in `of`, or leave such records out with a filter.',
})
