import { isMillraceError } from '@millrace/base'
import { loadModule } from './create-modules.ts'
import { searchFolders } from './find-module.ts'
import { knownPlugins, type KnownPlugin } from './known-plugins.ts'
import type { Definitions, PluginInfo } from './modules.ts'

/**
 * The plugins that a job in `folder` can use, with summary and parameters: loads the code of each. `bases` are further folders
 * to look from. One that cannot be loaded is listed with its `fault`.
 */
export async function listPlugins(
  folder: string,
  bases: readonly string[] = [],
): Promise<readonly PluginInfo[]> {
  const plugins: PluginInfo[] = []
  for (const plugin of knownPlugins(searchFolders(folder, bases))) {
    plugins.push(await describePlugin(plugin))
  }
  return plugins
}

/** Loads a plugin that is known by its manifest and reads its summary and parameters. */
export async function describePlugin(plugin: KnownPlugin): Promise<PluginInfo> {
  const { kind, name, version } = plugin
  const info = { kind, name, package: plugin.package, version }
  const specifier = `${plugin.package}${plugin.subpath.slice(1)}#${name}`
  try {
    const loaded = await loadModule(specifier, kind, [plugin.from])
    const definition: Definitions[typeof kind] = loaded.definition
    const main = 'main' in definition ? definition.main : undefined
    return { ...info, summary: definition.summary, main, parameters: loaded.schema }
  } catch (fault) {
    if (!isMillraceError(fault)) throw fault
    return { ...info, summary: '', parameters: {}, fault }
  }
}
