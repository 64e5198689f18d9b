import type {
  ExpressionScope,
  Injection,
  ParameterSchema,
  SinkDefinition,
  SinkFactory,
  SourceDefinition,
  SourceFactory,
  StageDefinition,
  StageFactory,
} from '@millrace/sdk'
import { TST_PARAMETERS, TST_UNBOUND } from './errors.ts'

const nothing: ExpressionScope = { env: {}, functions: [], aggregates: [] }

/** Parameters as the definition's schema gives them; throws TST_PARAMETERS for the first fault. */
function parse<P>(module: string, schema: ParameterSchema<P>, parameters: unknown): P {
  const hint = 'Mend the parameters of the test.'
  const result = schema['~standard'].validate(parameters)
  if (result instanceof Promise) {
    const message = 'Asynchronous validation is not supported.'
    throw TST_PARAMETERS({ module, path: '', message, hint })
  }
  if (!('value' in result)) {
    const issue = result.issues[0]
    const path = (issue?.path ?? []).map((part) =>
      String(typeof part === 'object' ? part.key : part),
    )
    const message = issue?.message ?? 'Refused.'
    throw TST_PARAMETERS({ module, path: path.join('.'), message, hint })
  }
  return result.value
}

function injection<P>(parameters: P, expressions: ExpressionScope): Injection<P> {
  return {
    parameters,
    expressions,
    inject: (token) => {
      throw TST_UNBOUND({ token: token.name })
    },
  }
}

/** What a stage is checked and made with. */
export interface StageFactoryOptions {
  readonly parameters: unknown
  readonly keys: readonly string[]
  readonly inputEnds: boolean
  readonly expressions?: ExpressionScope | undefined
}

/** A stage with its parameters checked; throws TST_PARAMETERS for the first fault. */
export function stageFactory<P>(
  definition: StageDefinition<P>,
  options: StageFactoryOptions,
): StageFactory {
  const expressions = options.expressions ?? nothing
  const parameters = parse(definition.name, definition.parameters, options.parameters)
  const { inputEnds: ends, keys } = options
  const fault = definition.check?.(parameters, { ends, keys, expressions })[0]
  if (fault !== undefined) {
    const { message, hint } = fault
    throw TST_PARAMETERS({ module: definition.name, path: fault.path.join('.'), message, hint })
  }
  const { outputs } = definition
  return {
    traits: {
      name: definition.name,
      inputs: definition.inputs ?? ['in'],
      outputs: (typeof outputs === 'function' ? outputs(parameters) : outputs) ?? {
        out: 'The results.',
      },
      keeps: definition.keeps ?? 'instance',
      absorbs: definition.absorbs ?? false,
      passes: definition.passes,
    },
    create: (scope) => definition.create({ ...scope, ...injection(parameters, expressions) }),
    dispose: () => undefined,
  }
}

/** A source with its parameters checked; throws TST_PARAMETERS. */
export function sourceFactory<P>(
  definition: SourceDefinition<P>,
  given: unknown,
  expressions: ExpressionScope = nothing,
): SourceFactory {
  const parameters = parse(definition.name, definition.parameters, given)
  const { ends, name, replay } = definition
  return {
    traits: { name, replay, ends: typeof ends === 'function' ? ends(parameters) : ends },
    create: (scope) => definition.create({ ...scope, ...injection(parameters, expressions) }),
    dispose: () => undefined,
  }
}

/** A sink with its parameters checked; throws TST_PARAMETERS. */
export function sinkFactory<P>(
  definition: SinkDefinition<P>,
  given: unknown,
  expressions: ExpressionScope = nothing,
): SinkFactory {
  const parameters = parse(definition.name, definition.parameters, given)
  return {
    traits: { name: definition.name, guarantee: definition.guarantee },
    create: (scope) => definition.create({ ...scope, ...injection(parameters, expressions) }),
    dispose: () => undefined,
  }
}
