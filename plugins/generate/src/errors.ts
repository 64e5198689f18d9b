import { defineError, type ErrorOf } from '@millrace/base'

/** The source was asked to go on from a position that is not its own. */
export const GENERATE_POSITION: ErrorOf<{ position: unknown }> = defineError({
  code: 'GENERATE_POSITION',
  message: (details) =>
    `A position of generated records is a count; got ${JSON.stringify(details.position)}.`,
  hint: () => 'Start the job from its beginning: the same seed makes the same records.',
})
