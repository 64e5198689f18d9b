import { defineError, type ErrorOf } from '@millrace/base'

/** A record for which the condition of a filter with `otherwise: reject` is not true. */
export const FILTER_REJECTED: ErrorOf<{ where: string }> = defineError({
  code: 'FILTER_REJECTED',
  message: (details) => `Not true: ${details.where}`,
  hint: () =>
    'Repair the record or the condition, or leave `otherwise` out to filter such records.',
})
