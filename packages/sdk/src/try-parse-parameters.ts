import type { StageDefinition, StageSurroundings } from './define-stage.ts'
import type { JsonSchema, ParameterSchema } from './schema.ts'
import { unknownKeys } from './unknown-keys.ts'

/** The first thing wrong with parameters. `path` is dotted, empty for the parameters themselves. */
export interface ParameterProblem {
  readonly path: string
  readonly message: string
  /** The next step, where the definition knows one. */
  readonly hint?: string
}

/**
 * Parameters as a definition's schema makes them, with defaults; or the first thing that the schema or, where the `surroundings`
 * are given, the `check` of a stage finds wrong. A key that the schema does not name is wrong even where the schema would drop it. Never throws for bad parameters.
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
  const [unknown] = unknownKeys(inputForm(definition.parameters), parameters)
  if (unknown !== undefined) {
    const message = `${unknown.message.replace(/^u/, 'U')}.`
    return { problem: { path: unknown.path.join('.'), message, hint: unknown.hint } }
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

/** What the schema says of its input; nothing where it cannot say it, as with some transforms. */
function inputForm({ '~standard': standard }: ParameterSchema): JsonSchema {
  try {
    return standard.jsonSchema.input({ target: 'draft-2020-12' }) as JsonSchema
  } catch {
    return {}
  }
}
