import { nearestName } from '@millrace/base'
import type { JsonSchema, ParameterFault } from './schema.ts'

type Path = readonly (string | number)[]

/**
 * Keys of a value that its schema does not name, with the nearest name. An object schema with `properties` is closed unless it
 * says `additionalProperties`; of several branches the one with the fewest unknown keys counts, and of those one that lacks nothing.
 */
export function unknownKeys(schema: JsonSchema, value: unknown): readonly ParameterFault[] {
  return inside(schema, value, [], schema, 0)
}

// Schemas may refer to themselves without an object in between.
const deepest = 64

function inside(
  schema: JsonSchema,
  value: unknown,
  path: Path,
  root: JsonSchema,
  depth: number,
): readonly ParameterFault[] {
  if (depth > deepest || typeof value !== 'object' || value === null) return []
  const step = (next: JsonSchema, item: unknown, at: Path): readonly ParameterFault[] =>
    inside(next, item, at, root, depth + 1)
  const target = referred(schema, root)
  if (target !== undefined) return step(target, value, path)
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((branch) =>
    takes(referred(branch, root) ?? branch, value),
  )
  const found = branches.map((branch) => {
    return {
      faults: step(branch, value, path),
      lacks: lacking(referred(branch, root) ?? branch, value),
    }
  })
  const [nearest] = found.toSorted((a, b) => {
    return a.faults.length - b.faults.length || a.lacks - b.lacks
  })
  const fewest = nearest?.faults ?? []
  if (Array.isArray(value)) {
    const items = isSchema(schema.items) ? schema.items : {}
    return [...fewest, ...value.flatMap((item, index) => step(items, item, [...path, index]))]
  }
  return [...fewest, ...ofObject(schema, Object.entries(value), path, step)]
}

function ofObject(
  schema: JsonSchema,
  entries: readonly (readonly [string, unknown])[],
  path: Path,
  step: (schema: JsonSchema, value: unknown, path: Path) => readonly ParameterFault[],
): readonly ParameterFault[] {
  const { properties, additionalProperties: others } = schema
  return entries.flatMap(([key, item]) => {
    const at = [...path, key]
    const own =
      properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
    if (own !== undefined) return step(own, item, at)
    if (isSchema(others)) return step(others, item, at)
    const open = others === true || (others === undefined && properties === undefined)
    if (open || 'patternProperties' in schema || 'allOf' in schema) return []
    return [unknownKey(key, Object.keys(properties ?? {}), at)]
  })
}

function unknownKey(key: string, names: readonly string[], path: Path): ParameterFault {
  const near = nearestName(key, names)
  const known = names.length === 0 ? 'It takes none.' : `It takes: ${names.join(', ')}.`
  return {
    path,
    message: `unknown parameter "${key}"`,
    hint: near === undefined ? known : `Did you mean "${near}"?`,
  }
}

/** How many keys a value needs that it does not have. */
function lacking({ required }: JsonSchema, value: object): number {
  return Array.isArray(required) ? required.filter((key) => !(String(key) in value)).length : 0
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null

function takes(schema: JsonSchema, value: object): boolean {
  if (schema.type === undefined) return true
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  return types.includes(Array.isArray(value) ? 'array' : 'object')
}

/** What a `$ref` inside the same document names. */
function referred(schema: JsonSchema, root: JsonSchema): JsonSchema | undefined {
  const reference = schema['$ref']
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  let target: unknown = root
  for (const part of reference.split('/').slice(1)) {
    if (!isSchema(target)) return undefined
    target = target[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return isSchema(target) ? target : undefined
}
