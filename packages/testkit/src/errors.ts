import { defineError } from '@millrace/base'

/** The definition under test refuses the parameters of the test. */
export const TST_PARAMETERS = defineError<{
  module: string
  path: string
  message: string
  hint: string
}>({
  code: 'TST_PARAMETERS',
  message: (d) =>
    `Parameters of "${d.module}"${d.path === '' ? '' : ` at ${d.path}`}: ${d.message}`,
  hint: (d) => d.hint,
})

/** The definition under test injects a token. */
export const TST_UNBOUND = defineError<{ token: string }>({
  code: 'TST_UNBOUND',
  message: (d) => `The definition under test asks for "${d.token}", which nothing provides.`,
  hint: () => 'Test a definition that needs a resource through a whole job for now.',
})
