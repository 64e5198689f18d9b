import {
  type ExpressionScope,
  type Injection,
  noExpressions,
  type ParameterSchema,
  type SinkDefinition,
  type SinkFactory,
  type SourceDefinition,
  type SourceFactory,
  type StageDefinition,
  type StageFactory,
  toSinkFactory,
  toSourceFactory,
  toStageFactory,
  tryParseParameters,
} from '@millrace/sdk'
import { TST_PARAMETERS, TST_UNBOUND } from './errors.ts'

/** What a definition under test is made with. Default: no parameters, no environment, no functions of plugins. */
export interface MakeOptions {
  readonly parameters?: unknown
  readonly expressions?: ExpressionScope | undefined
}

function injectionOf<P>(
  definition: { readonly name: string; readonly parameters: ParameterSchema<P> },
  { parameters = {}, expressions = noExpressions }: MakeOptions,
): Injection<P> {
  const parsed = tryParseParameters(definition.parameters, parameters)
  if ('issue' in parsed) {
    const hint = 'Mend the parameters of the test.'
    throw TST_PARAMETERS({ module: definition.name, ...parsed.issue, hint })
  }
  return {
    parameters: parsed.value,
    expressions,
    inject: (token) => {
      throw TST_UNBOUND({ token: token.name })
    },
  }
}

/** A stage with its parameters checked; throws TST_PARAMETERS for the first fault. */
export function stageFactory<P>(
  definition: StageDefinition<P>,
  options: MakeOptions & { readonly keys: readonly string[]; readonly inputEnds: boolean },
): StageFactory {
  const injection = injectionOf(definition, options)
  const { inputEnds: ends, keys } = options
  const { expressions, parameters } = injection
  const fault = definition.check?.(parameters, { ends, keys, expressions })[0]
  if (fault !== undefined) {
    throw TST_PARAMETERS({ module: definition.name, ...fault, path: fault.path.join('.') })
  }
  return toStageFactory(definition, injection)
}

/** A source with its parameters checked; throws TST_PARAMETERS. */
export function sourceFactory<P>(
  definition: SourceDefinition<P>,
  options: MakeOptions,
): SourceFactory {
  return toSourceFactory(definition, injectionOf(definition, options))
}

/** A sink with its parameters checked; throws TST_PARAMETERS. */
export function sinkFactory<P>(definition: SinkDefinition<P>, options: MakeOptions): SinkFactory {
  return toSinkFactory(definition, injectionOf(definition, options))
}
