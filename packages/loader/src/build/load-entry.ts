import { isMillraceError, nearestName, type MillraceError } from '@millrace/base'
import { at } from '../check/check-parameters.ts'
import { nothingThere } from '../document/overrides.ts'
import { CFG_PLUGIN } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import type { Role } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import type { LoadedModule, Modules } from '../modules/modules.ts'

/** Loads the module of an entry, which may be one of the package `owner`. Undefined where it cannot be, with a fault. */
export async function loadEntry<K extends Role>(
  entry: Entry,
  kind: K,
  modules: Modules,
  allowed: readonly string[] | undefined,
  context: LoadContext,
  owner?: string,
): Promise<LoadedModule<K> | undefined> {
  const node = entry.keys.get('module')?.value
  const name = node?.kind === 'scalar' ? context.leaf(node).text : entry.module
  const specifier = context.moduleOf(name, node?.where ?? entry.where)
  try {
    const loaded = await modules.load(specifier, kind, owner)
    const names = [specifier, loaded.package?.name]
    const isOwn = owner !== undefined && loaded.package?.name === owner
    if (allowed !== undefined && !isOwn && !allowed.some((name) => names.includes(name))) {
      context.faults.push(CFG_PLUGIN({ specifier, allowed }, node?.where ?? entry.where))
    }
    return loaded
  } catch (error) {
    if (!isMillraceError(error)) throw error
    const nothing = await notAdded(error, entry, modules)
    context.faults.push(nothing ?? at(error, node?.where ?? entry.where))
    return undefined
  }
}

/** An override such as `deadLetter.path=x` takes a parameter for a module where the job has no such entry. */
async function notAdded(
  { code }: MillraceError,
  { addedBy, id, module, role }: Entry,
  modules: Modules,
): Promise<MillraceError | undefined> {
  if (addedBy === undefined || code !== 'CFG_MODULE_NOT_FOUND') return undefined
  if (nearestName(module, await modules.known(role)) !== undefined) return undefined
  return nothingThere(id, addedBy, `, and no ${role} "${module}" is installed`)
}
