import { realpathSync } from 'node:fs'
import type { FoundModule } from '../find-module.ts'
import { importNatively, treatAsModule } from './module-hooks.ts'

/** Imports a module that was found: its exports by name. Rejects with CFG_MODULE_* errors that name file and line. */
export async function importModule(
  found: FoundModule,
  folder: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (found.package === undefined) treatAsModule(found.url)
  try {
    return { ...(await importNatively(found.url)) }
  } catch (error) {
    const { importFault } = await import('./import-fault.ts')
    throw await importFault(error, found.url, realpathSync(folder))
  }
}
