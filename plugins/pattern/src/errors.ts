import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: a record with which the partial matches of its key would hold more records than they may. */
export const PATTERN_FULL: ErrorOf<{ most: number }> = defineError({
  code: 'PATTERN_FULL',
  message: (details) =>
    `With this record the partial matches of its key would hold more than ${details.most} records.`,
  hint: () =>
    'Raise `most`, or lessen what begins: a shorter `within`, a stricter `where` for the first step, fewer `times`.',
})
