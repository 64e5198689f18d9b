import { loadModule } from './create-modules.ts'
import { searchFolders } from './find-module.ts'
import { knownPlugins } from './known-plugins.ts'
import type { LoadedModule } from './modules.ts'
import { findPackage } from './package-folder.ts'
import { packagesOf, parseSpecifier } from './specifier.ts'

/** A command that was found, or what there is instead. */
export type FoundCommand =
  | { readonly command: LoadedModule<'command'>['definition'] }
  /** `known` names the commands that are installed, `tried` the packages that could have brought it. */
  | { readonly known: readonly string[]; readonly tried: readonly string[] }

/**
 * Loads the command that an installed package brings under this name: one that a package.json at or above `folder` depends on, or
 * one named after it, from `folder` and then from millrace's own. Only the package that lists it in its manifest is imported.
 * Rejects with CFG_MODULE_* errors.
 */
export async function loadCommand(name: string, folder: string): Promise<FoundCommand> {
  const folders = searchFolders(folder)
  const known = knownPlugins(folders).filter((plugin) => plugin.kind === 'command')
  const listed = known.find((plugin) => plugin.name === name)
  if (listed !== undefined) {
    const specifier = `${listed.package}${listed.subpath.slice(1)}#${name}`
    return { command: (await loadModule(specifier, 'command', [listed.from])).definition }
  }
  const tried = parseSpecifier(name)?.form === 'short' ? packagesOf(name) : []
  for (const entry of tried) {
    for (const from of folders) {
      const plugins = findPackage(entry, from)?.plugins['command'] ?? {}
      if (!Object.hasOwn(plugins, name)) continue
      const specifier = `${entry}${plugins[name]?.slice(1)}#${name}`
      return { command: (await loadModule(specifier, 'command', [from])).definition }
    }
  }
  return { known: known.map((plugin) => plugin.name), tried }
}
