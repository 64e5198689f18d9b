import { existsSync, readFileSync } from 'node:fs'
import { listPlugins, type PluginInfo } from 'millrace'
type JsonSchema = PluginInfo['parameters']

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' or ')
  if (schema.format === 'cel' || schema.format === 'cel-condition') return 'expression'
  if (schema.format === 'path-template') return 'path with {expressions}'
  if (schema.format === 'template') return 'text with {expressions}'
  if (schema.format === 'cel-aggregate') return 'aggregate call'
  if (schema.format !== undefined && schema.type === 'string') return schema.format
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return `map of name to ${typeOf(schema.additionalProperties)}`
  }
  return typeof schema.type === 'string' ? schema.type : (schema.type?.join(' or ') ?? 'any')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function parameterTable(plugin: PluginInfo): string {
  const required = new Set(plugin.parameters.required ?? [])
  const rows = Object.entries(plugin.parameters.properties ?? {}).map(([name, schema]) => {
    const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``
    const shown = required.has(name) ? 'required' : fallback
    const main = plugin.main === name ? ' (main)' : ''
    return `| \`${name}\`${main} | ${cell(typeOf(schema))} | ${cell(shown)} | ${cell(schema.description ?? '')} |`
  })
  if (rows.length === 0) return 'No parameters.'
  return ['| parameter | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
}

/** A page per plugin package: its README's text and a table of parameters per kind. */
export async function pluginPages(): Promise<Map<string, string>> {
  const byPackage = Map.groupBy(await listPlugins('.'), (plugin) => plugin.package)
  const pages = new Map<string, string>()
  for (const [name, plugins] of byPackage) {
    const short = name.replace('@millrace/', '')
    const readme = `plugins/${short}/README.md`
    if (!existsSync(readme)) continue
    const tables = plugins
      .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
      .map(
        (plugin) =>
          `## Parameters of the ${plugin.kind} \`${plugin.name}\`\n\n${plugin.summary}\n\n${parameterTable(plugin)}`,
      )
    const text = `${readFileSync(readme, 'utf8').trimEnd()}\n\n${tables.join('\n\n')}\n`
    pages.set(`docs/plugins/${short}.md`, text)
  }
  return pages
}
