import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: a value that cannot say which records are the same. */
export const DEDUPE_KEY: ErrorOf<{ path: string; got: string }> = defineError({
  code: 'DEDUPE_KEY',
  message: (details) =>
    `"${details.path}" must be a text, a number, a boolean or null; got ${details.got}.`,
  hint: () => 'Name a field inside of it, or repair the record.',
})
