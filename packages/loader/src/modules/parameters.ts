import { messageOf } from '@millrace/base'
import { type JsonSchema, type ParameterSchema, type SchemaIssue, unknownKeys } from '@millrace/sdk'
import { describeValue } from './check-definition.ts'
import { CFG_MODULE_ASYNC_PARAMETERS, CFG_MODULE_DEFINITION } from './errors.ts'
import type { Kind, ParameterIssue } from './modules.ts'

interface HasParameters {
  readonly kind: string
  readonly name: string
  readonly parameters: ParameterSchema
}

const standard = (
  validate: ParameterSchema['~standard']['validate'],
  schema: JsonSchema,
): ParameterSchema => ({
  '~standard': { version: 1, vendor: 'millrace', validate, jsonSchema: { input: () => schema } },
})

/** Takes anything: the parameters of a class that says nothing of them. */
export const anyParameters: ParameterSchema = standard((value) => ({ value: value ?? {} }), {})

/** Takes no parameters: a plain function could not see them. */
export const noParameters: ParameterSchema = standard(
  (value) =>
    value === undefined || value === null || isEmpty(value)
      ? { value: {} }
      : {
          issues: [
            { message: `a plain function takes no parameters; got ${describeValue(value)}` },
          ],
        },
  { type: 'object', properties: {}, additionalProperties: false },
)

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** The input form of a definition's parameters; `{}` for a function, aggregate or command. Throws CFG_MODULE_DEFINITION where the schema gives none. */
export function schemaOf(definition: unknown, kind: Kind, specifier: string): JsonSchema {
  if (kind === 'function' || kind === 'aggregate' || kind === 'command') return {}
  try {
    return inputForm(definition as HasParameters)
  } catch (error) {
    const got = messageOf(error)
    const expected = 'a schema with an input form as JSON Schema'
    throw CFG_MODULE_DEFINITION(
      { specifier, kind, member: 'parameters', expected, got },
      undefined,
      error,
    )
  }
}

const inputForm = ({ parameters }: HasParameters): JsonSchema =>
  parameters['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as JsonSchema

/**
 * Checks parameters: what the schema makes of them, or all that is wrong with them. A key that the schema does not name is wrong
 * even where the schema would drop it. Nothing at all counts as `{}`. `schema` is the input form, where it is known: making it
 * takes milliseconds. Throws CFG_MODULE_ASYNC_PARAMETERS.
 */
export function validateParameters(
  definition: HasParameters,
  value: unknown,
  schema = inputForm(definition),
): { readonly value: unknown } | { readonly issues: readonly ParameterIssue[] } {
  const input = value ?? {}
  const result = definition.parameters['~standard'].validate(input)
  if (result instanceof Promise) {
    result.catch(() => undefined)
    throw CFG_MODULE_ASYNC_PARAMETERS({ kind: definition.kind, name: definition.name })
  }
  const unknown = unknownKeys(schema, input)
  const wrong = (result.issues ?? [])
    .map(toIssue)
    .filter((issue) => unknown.length === 0 || !issue.message.startsWith('Unrecognized key'))
  const issues = [...unknown, ...wrong]
  return issues.length > 0 || result.issues !== undefined ? { issues } : { value: result.value }
}

function toIssue(issue: SchemaIssue): ParameterIssue {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
  return {
    path: keys.map((key) => (typeof key === 'symbol' ? String(key) : key)),
    message: issue.message,
  }
}
