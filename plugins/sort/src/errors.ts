import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: a record that would be one more than a sort may hold. */
export const SORT_FULL: ErrorOf<{ most: number }> = defineError({
  code: 'SORT_FULL',
  message: (details) =>
    `The sort holds ${details.most} records that event time has not passed yet; it may hold no more.`,
  hint: () =>
    'Raise `most`, lessen the `disorder` of the source, or give sources that fall silent an `idle` time.',
})
