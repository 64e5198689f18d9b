import type { StageDefinition, StageSurroundings } from './define-stage.ts'
import type { ParameterSchema } from './schema.ts'

/** The first thing wrong with parameters. `path` is dotted, empty for the parameters themselves. */
export interface ParameterProblem {
  readonly path: string
  readonly message: string
  /** The next step, where the definition knows one. */
  readonly hint?: string
}

/**
 * Parameters as a definition's schema makes them, with defaults; or the first thing that the schema or, where the `surroundings`
 * are given, the `check` of a stage finds wrong. Never throws for bad parameters.
 */
export function tryParseParameters<P>(
  definition: {
    readonly parameters: ParameterSchema<P>
    readonly check?: StageDefinition<P>['check']
  },
  parameters: unknown,
  surroundings?: StageSurroundings,
): { readonly value: P } | { readonly problem: ParameterProblem } {
  const result = definition.parameters['~standard'].validate(parameters)
  if (result instanceof Promise) {
    // Nobody waits for it, so its failure must not end the process.
    result.catch(() => undefined)
    return { problem: { path: '', message: 'Asynchronous validation is not supported.' } }
  }
  if (!('value' in result)) {
    const [issue] = result.issues
    const keys = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
    const message = issue?.message ?? 'Refused.'
    return { problem: { path: keys.map(String).join('.'), message } }
  }
  const fault = surroundings && definition.check?.(result.value, surroundings)[0]
  return fault === undefined
    ? { value: result.value }
    : { problem: { ...fault, path: fault.path.join('.') } }
}
