import {
  type Binding,
  type Injection,
  type InjectionToken,
  noExpressions,
  type StageSurroundings,
  tryParseParameters,
} from '@millrace/sdk'
import { JOB_PARAMETERS, JOB_UNBOUND } from './errors.ts'

/** What a definition in a builder's job is made with: checked parameters and bound values. Throws JOB_PARAMETERS for the first fault. */
export function injectionOf<P>(
  definition: Parameters<typeof tryParseParameters<P>>[0] & { readonly name: string },
  options: { readonly parameters: unknown; readonly provide?: readonly Binding[] | undefined },
  surroundings?: Omit<StageSurroundings, 'expressions'>,
): Injection<P> {
  const expressions = noExpressions
  const around = surroundings && { ...surroundings, expressions }
  const parsed = tryParseParameters(definition, options.parameters, around)
  if ('problem' in parsed) throw JOB_PARAMETERS({ module: definition.name, ...parsed.problem })
  return {
    parameters: parsed.value,
    expressions,
    inject: <T>(token: InjectionToken<T>): T => {
      const binding = options.provide?.find(([bound]) => bound.symbol === token.symbol)
      if (binding === undefined) throw JOB_UNBOUND({ token: token.name })
      return binding[1] as T
    },
  }
}
