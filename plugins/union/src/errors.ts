import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: a record that has no fields, where the name of its input should become one. */
export const UNION_NO_OBJECT: ErrorOf<{ as: string; got: string }> = defineError({
  code: 'UNION_NO_OBJECT',
  message: (details) => `The field "${details.as}" cannot be added to ${details.got}.`,
  hint: () => 'Make an object of the record with the stage map first, or leave out `as`.',
})
