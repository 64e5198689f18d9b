import type {
  ExpressionScope,
  Injection,
  InjectionToken,
  ParameterSchema,
  SchemaIssue,
  SinkDefinition,
  SinkFactory,
  SourceDefinition,
  SourceFactory,
  StageDefinition,
  StageFactory,
} from '@millrace/sdk'
import { JOB_PARAMETERS, JOB_UNBOUND } from './errors.ts'

/** A token and the value bound to it. */
export type Binding = readonly [InjectionToken<unknown>, unknown]

const expressions: ExpressionScope = { env: {}, functions: [], aggregates: [] }

function validated<P>(module: string, schema: ParameterSchema<P>, parameters: unknown): P {
  const result = schema['~standard'].validate(parameters)
  if (result instanceof Promise) {
    throw JOB_PARAMETERS({ module, path: '', message: 'asynchronous validation is not supported' })
  }
  if (result.issues !== undefined) {
    const issue = result.issues[0] as SchemaIssue
    const path = (issue.path ?? []).map((part) =>
      String(typeof part === 'object' ? part.key : part),
    )
    throw JOB_PARAMETERS({ module, path: path.join('.'), message: issue.message })
  }
  return result.value
}

function injection<P>(parameters: P, provide: readonly Binding[]): Injection<P> {
  return {
    parameters,
    expressions,
    inject: <T>(token: InjectionToken<T>): T => {
      const binding = provide.find(([bound]) => bound.symbol === token.symbol)
      if (binding === undefined) throw JOB_UNBOUND({ token: token.name })
      return binding[1] as T
    },
  }
}

/** A stage of a builder's job: the definition with its parameters checked. */
export function stageFactory<P>(
  definition: StageDefinition<P>,
  parameters: unknown,
  provide: readonly Binding[],
): StageFactory {
  const checked = validated(definition.name, definition.parameters, parameters)
  const outputs =
    typeof definition.outputs === 'function' ? definition.outputs(checked) : definition.outputs
  return {
    traits: {
      name: definition.name,
      inputs: definition.inputs ?? ['in'],
      outputs: outputs ?? { out: 'The results.' },
      keeps: definition.keeps ?? 'instance',
      absorbs: definition.absorbs ?? false,
      passes: definition.passes,
    },
    create: (scope) => definition.create({ ...scope, ...injection(checked, provide) }),
    dispose: () => undefined,
  }
}

/** A source of a builder's job. */
export function sourceFactory<P>(
  definition: SourceDefinition<P>,
  parameters: unknown,
  provide: readonly Binding[],
): SourceFactory {
  const checked = validated(definition.name, definition.parameters, parameters)
  const ends = typeof definition.ends === 'function' ? definition.ends(checked) : definition.ends
  return {
    traits: { name: definition.name, ends, replay: definition.replay },
    create: (scope) => definition.create({ ...scope, ...injection(checked, provide) }),
    dispose: () => undefined,
  }
}

/** A sink of a builder's job. */
export function sinkFactory<P>(
  definition: SinkDefinition<P>,
  parameters: unknown,
  provide: readonly Binding[],
): SinkFactory {
  const checked = validated(definition.name, definition.parameters, parameters)
  return {
    traits: { name: definition.name, guarantee: definition.guarantee },
    create: (scope) => definition.create({ ...scope, ...injection(checked, provide) }),
    dispose: () => undefined,
  }
}
