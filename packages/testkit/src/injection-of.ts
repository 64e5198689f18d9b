import {
  type ExpressionScope,
  type Injection,
  noExpressions,
  type StageSurroundings,
  tryParseParameters,
} from '@millrace/sdk'
import { TST_PARAMETERS, TST_UNBOUND } from './errors.ts'

/** What a definition under test is made with. Default: no parameters, no environment, no functions of plugins. */
export interface MakeOptions {
  readonly parameters?: unknown
  readonly expressions?: ExpressionScope | undefined
}

/** Checked parameters and nothing to inject. Throws TST_PARAMETERS for the first fault. */
export function injectionOf<P>(
  definition: Parameters<typeof tryParseParameters<P>>[0] & { readonly name: string },
  { parameters = {}, expressions = noExpressions }: MakeOptions,
  surroundings?: Omit<StageSurroundings, 'expressions'>,
): Injection<P> {
  const around = surroundings && { ...surroundings, expressions }
  const parsed = tryParseParameters(definition, parameters, around)
  if ('problem' in parsed) {
    const hint = 'Mend the parameters of the test.'
    throw TST_PARAMETERS({ hint, module: definition.name, ...parsed.problem })
  }
  return {
    parameters: parsed.value,
    expressions,
    inject: (token) => {
      throw TST_UNBOUND({ token: token.name })
    },
  }
}
