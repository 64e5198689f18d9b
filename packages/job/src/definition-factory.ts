import {
  type Injection,
  type InjectionToken,
  noExpressions,
  type ParameterSchema,
  type SinkDefinition,
  type SinkFactory,
  type SourceDefinition,
  type SourceFactory,
  type StageDefinition,
  type StageFactory,
  type StageSurroundings,
  toSinkFactory,
  toSourceFactory,
  toStageFactory,
  tryParseParameters,
} from '@millrace/sdk'
import { JOB_PARAMETERS, JOB_UNBOUND } from './errors.ts'

/** A token and the value bound to it. */
export type Binding = readonly [InjectionToken<unknown>, unknown]

/** What a builder's definition is made with. */
export interface MakeOptions {
  readonly parameters: unknown
  readonly provide: readonly Binding[]
}

/** Parameters with their schema's defaults, and the bound values. Throws JOB_PARAMETERS for the first fault. */
function injectionOf<P>(
  definition: { readonly name: string; readonly parameters: ParameterSchema<P> },
  { parameters, provide }: MakeOptions,
): Injection<P> {
  const parsed = tryParseParameters(definition.parameters, parameters)
  if ('issue' in parsed) throw JOB_PARAMETERS({ module: definition.name, ...parsed.issue })
  return {
    parameters: parsed.value,
    expressions: noExpressions,
    inject: <T>(token: InjectionToken<T>): T => {
      const binding = provide.find(([bound]) => bound.symbol === token.symbol)
      if (binding === undefined) throw JOB_UNBOUND({ token: token.name })
      return binding[1] as T
    },
  }
}

/** A stage of a builder's job, checked as the loader checks it. Throws JOB_PARAMETERS. */
export function stageFactory<P>(
  definition: StageDefinition<P>,
  options: MakeOptions & Pick<StageSurroundings, 'ends' | 'keys'>,
): StageFactory {
  const injection = injectionOf(definition, options)
  const { ends, keys } = options
  const fault = definition.check?.(injection.parameters, {
    ends,
    keys,
    expressions: noExpressions,
  })[0]
  if (fault !== undefined) {
    throw JOB_PARAMETERS({ module: definition.name, ...fault, path: fault.path.join('.') })
  }
  return toStageFactory(definition, injection)
}

/** A source of a builder's job. Throws JOB_PARAMETERS. */
export function sourceFactory<P>(
  definition: SourceDefinition<P>,
  options: MakeOptions,
): SourceFactory {
  return toSourceFactory(definition, injectionOf(definition, options))
}

/** A sink of a builder's job. Throws JOB_PARAMETERS. */
export function sinkFactory<P>(definition: SinkDefinition<P>, options: MakeOptions): SinkFactory {
  return toSinkFactory(definition, injectionOf(definition, options))
}
