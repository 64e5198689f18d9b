import { findModule, searchFolders } from './find-module.ts'
import { importModule } from './import/import-module.ts'
import type { Kind } from './modules.ts'

/**
 * All that the module of a plugin exports, found as a job in `folder` would find it: for commands that need more of a package than its
 * plugins. Rejects with CFG_MODULE_* errors.
 */
export async function importPlugin(
  specifier: string,
  kind: Kind,
  folder: string,
): Promise<Readonly<Record<string, unknown>>> {
  return importModule(findModule(specifier, kind, searchFolders(folder)), folder)
}
