import { type Injection, noExpressions } from '@millrace/sdk'

/** Of stages without parameters that need nothing. */
export const noInjection: Injection<Record<string, never>> = {
  parameters: {},
  expressions: noExpressions,
  inject: () => {
    throw new Error('There is nothing to inject.')
  },
}
