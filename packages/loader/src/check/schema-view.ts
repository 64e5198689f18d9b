import type { JsonSchema } from '@millrace/sdk'

/** The plain schemas a schema stands for: references followed, alternatives side by side. */
export function branchesOf(
  schema: JsonSchema | undefined,
  root: JsonSchema,
): readonly JsonSchema[] {
  return schema === undefined ? [] : expand(schema, root, 0)
}

function expand(schema: JsonSchema, root: JsonSchema, depth: number): readonly JsonSchema[] {
  if (depth > 16) return []
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const target = referred(reference, root)
    return target === undefined ? [] : expand(target, root, depth + 1)
  }
  const parts = [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(Array.isArray(schema['allOf']) ? (schema['allOf'] as JsonSchema[]) : []),
  ]
  if (parts.length === 0) return [schema]
  // Marks on the whole, such as `secret`, hold for each alternative.
  const { anyOf: _any, oneOf: _one, allOf: _all, ...own } = schema
  return parts.flatMap((part) =>
    expand(part, root, depth + 1).map((branch) => ({ ...own, ...branch })),
  )
}

function referred(reference: string, root: JsonSchema): JsonSchema | undefined {
  let target: unknown = root
  for (const part of reference.split('/').slice(1)) {
    if (typeof target !== 'object' || target === null) return undefined
    target = Reflect.get(target, part.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return typeof target === 'object' && target !== null ? (target as JsonSchema) : undefined
}

/** Whether any alternative takes this type; an alternative without a type takes all. */
export function takesType(branches: readonly JsonSchema[], ...types: readonly string[]): boolean {
  if (branches.length === 0) return true
  return branches.some((branch) => types.some((type) => typesOf(branch).includes(type)))
}

const everyType = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']

function typesOf({ type, const: constant, enum: choices }: JsonSchema): readonly string[] {
  if (type !== undefined) return typeof type === 'string' ? [type] : type
  const values = choices ?? (constant === undefined ? undefined : [constant])
  return values === undefined
    ? everyType
    : values.map((value) => (value === null ? 'null' : typeof value))
}

/** The format that a text has here, such as `cel`. */
export function formatOf(branches: readonly JsonSchema[]): string | undefined {
  return branches.find((branch) => branch.format !== undefined && takesType([branch], 'string'))
    ?.format
}

/** The schemas under a key: that of the property, else that of all other keys. */
export function childSchema(
  branches: readonly JsonSchema[],
  key: string,
  root: JsonSchema,
): readonly JsonSchema[] {
  return branches.flatMap((branch) => {
    const { properties, additionalProperties: others } = branch
    if (properties !== undefined && Object.hasOwn(properties, key)) {
      return branchesOf(properties[key], root)
    }
    return typeof others === 'object' ? branchesOf(others, root) : []
  })
}

/** Names of all properties of the alternatives. */
export const propertyNames = (branches: readonly JsonSchema[]): readonly string[] => [
  ...new Set(branches.flatMap(({ properties }) => Object.keys(properties ?? {}))),
]
