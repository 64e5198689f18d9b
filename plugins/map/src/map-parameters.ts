import type { ParameterFault } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

const cel = z.union([
  z.string().meta({ description: 'Expression over the incoming record.', format: 'cel' }),
  z.number(),
  z.boolean(),
  z.null(),
])

export const mapSchema = z.strictObject({
  set: z
    .record(z.string(), cel)
    .optional()
    .meta({ description: 'Fields to add or replace, by name or dotted path.' }),
  select: z
    .union([z.array(z.string()), z.record(z.string(), cel)])
    .optional()
    .meta({
      description: 'The only fields to keep: a list of paths, or new names with expressions.',
    }),
  drop: z
    .array(z.string())
    .optional()
    .meta({ description: 'Fields to take out, by name or dotted path.' }),
  rename: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'New names of fields, by their old names.' }),
})

/** Parameters of `map`, defaults filled in. */
export type MapParameters = z.output<typeof mapSchema>

function namesOf(parameters: MapParameters): (readonly [(string | number)[], string])[] {
  const { set = {}, select = {}, drop = [], rename = {} } = parameters
  const selected = Array.isArray(select)
    ? select.map((path, index) => [['select', index], path] as const)
    : Object.keys(select).map((path) => [['select', path], path] as const)
  return [
    ...Object.keys(set).map((path) => [['set', path], path] as const),
    ...selected,
    ...drop.map((path, index) => [['drop', index], path] as const),
    ...Object.keys(rename).map((name) => [['rename', name], name] as const),
    ...Object.entries(rename).map(([old, name]) => [['rename', old], name] as const),
  ].map(([path, name]) => [[...path], name] as const)
}

function badName(path: readonly (string | number)[], name: string): ParameterFault | undefined {
  const parts = name.split('.')
  if (parts.includes('__proto__')) {
    return {
      path,
      message: '"__proto__" is not a name for a field.',
      hint: 'Choose another name.',
    }
  }
  if (parts.includes('')) {
    return {
      path,
      message: `"${name}" is not a path: a name between the dots is empty.`,
      hint: 'Write the names of the fields with single dots between them.',
    }
  }
  if (parts.length > 1 && path[0] === 'rename') {
    return {
      path,
      message: `rename works on top-level fields; got "${name}".`,
      hint: 'Use set and drop for a field inside another.',
    }
  }
  return undefined
}

/** A field that is set as a whole and in part: what stays would depend on the order. */
function clashes(parameter: string, paths: readonly string[]): readonly ParameterFault[] {
  return paths.flatMap((path) => {
    const whole = paths.find((other) => path.startsWith(`${other}.`))
    if (whole === undefined) return []
    const message = `"${path}" lies inside "${whole}", which is made here too.`
    const hint = `Keep one of them: "${whole}" as a whole, or only its parts.`
    return [{ path: [parameter, path], message, hint }]
  })
}

/** Faults the schema cannot say: unusable names, names used twice, nothing to do. */
export function checkMap(parameters: MapParameters): readonly ParameterFault[] {
  const faults = namesOf(parameters)
    .map(([path, name]) => badName(path, name))
    .filter((fault) => fault !== undefined)
  if (Object.keys(parameters).length === 0) {
    faults.push({
      path: [],
      message: 'map has nothing to do.',
      hint: 'Give at least one of set, select, drop, rename.',
    })
  }
  const renamed = new Set<string>()
  for (const [old, name] of Object.entries(parameters.rename ?? {})) {
    if (renamed.has(name)) {
      faults.push({
        path: ['rename', old],
        message: `Two fields are renamed to "${name}".`,
        hint: 'Give each its own name.',
      })
    }
    renamed.add(name)
  }
  const { set = {}, select = {} } = parameters
  faults.push(...clashes('set', Object.keys(set)))
  if (!Array.isArray(select)) faults.push(...clashes('select', Object.keys(select)))
  const dropped = new Set(parameters.drop)
  for (const path of Object.keys(parameters.set ?? {})) {
    const hit = path.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'))
    if (hit.some((prefix) => dropped.has(prefix))) {
      faults.push({
        path: ['set', path],
        message: `"${path}" is set and dropped.`,
        hint: 'Take it out of one of them; expressions can read a field that is dropped.',
      })
    }
  }
  return faults
}
