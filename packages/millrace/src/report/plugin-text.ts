import type { PluginInfo } from '@millrace/loader'
import type { JsonSchema } from '@millrace/sdk'
import { plain, type Paint } from '../paint.ts'
import { alignRows } from './table.ts'

/** A line per plugin, grouped by kind: name, package and version, summary. */
export function renderPlugins(plugins: readonly PluginInfo[], paint: Paint = plain): string {
  const kinds = [...new Set(plugins.map((plugin) => plugin.kind))]
  if (kinds.length === 0) return 'No plugins are installed. Add one: npm install @millrace/filter\n'
  const rows = kinds.flatMap((kind, index) => [
    ...(index === 0 ? [] : [[]]),
    [paint('bold', `${kind}s`)],
    ...plugins
      .filter((plugin) => plugin.kind === kind)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((plugin) => [
        `  ${plugin.name}`,
        paint('dim', `${plugin.package} ${plugin.version}`),
        summaryOf(plugin, paint),
      ]),
  ])
  return `${alignRows(rows).join('\n')}\n`
}

function summaryOf(plugin: PluginInfo, paint: Paint): string {
  return plugin.fault === undefined ? plugin.summary : paint('red', plugin.fault.message)
}

/** One plugin with its parameters: name, type, default, description. */
export function renderPlugin(plugin: PluginInfo, paint: Paint = plain): string {
  const title = `${paint('bold', plugin.name)} (${plugin.kind}, ${plugin.package} ${plugin.version})`
  const lines = [title, `  ${summaryOf(plugin, paint)}`]
  if (plugin.fault !== undefined) return [...lines, `  next ${plugin.fault.hint}`, ''].join('\n')
  if (plugin.kind === 'command')
    return [...lines, `  Run millrace ${plugin.name} --help.`, ''].join('\n')
  const { properties = {}, required = [] } = plugin.parameters
  const names = Object.keys(properties)
  if (names.length === 0) return [...lines, '  It takes no parameters.', ''].join('\n')
  const rows = names.map((name) => {
    const schema = properties[name] ?? {}
    const marks = [
      ...(name === plugin.main ? ['main'] : []),
      ...(schema.default !== undefined ? [`default ${JSON.stringify(schema.default)}`] : []),
      ...(required.includes(name) && schema.default === undefined ? ['required'] : []),
    ]
    return [
      `  ${name}`,
      paint('cyan', typeName(schema)),
      paint('dim', marks.join(', ')),
      schema.description ?? '',
    ]
  })
  return [...lines, '', ...alignRows(rows), ''].join('\n')
}

const formats: Readonly<Record<string, string>> = {
  cel: 'expression',
  'cel-condition': 'expression',
  'cel-aggregate': 'aggregate call',
  path: 'path',
  'path-template': 'path with {expressions}',
  template: 'text with {expressions}',
  duration: 'duration',
  size: 'size',
}

/** The type of a value as people write it: `expression`, `a | b`, `list of path`, `map of expression`. */
export function typeName(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return [...new Set(choices.map(typeName))].join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => String(value)).join(' | ')
  if (schema.format !== undefined && formats[schema.format] !== undefined) {
    return formats[schema.format] ?? schema.format
  }
  if (schema.type === 'array') return `list of ${typeName(schema.items ?? {})}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return `map of ${typeName(schema.additionalProperties)}`
  }
  if (schema.type === undefined) return 'any'
  return typeof schema.type === 'string' ? schema.type : schema.type.join(' | ')
}
