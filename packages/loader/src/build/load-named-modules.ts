import type { JsonSchema } from '@millrace/sdk'
import type { NamedModules } from '../check/read-parameters.ts'
import { branchesOf, childSchema } from '../check/schema-view.ts'
import type { ConfigNode, MapNode } from '../document/config-node.ts'
import type { Entry } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import type { Modules } from '../modules/modules.ts'
import { anyParameters } from '../modules/parameters.ts'
import { loadNamedModule } from './load-named-module.ts'

/** The modules that parameters of an entry name, where their schema says `module`, with checked parameters. `owner` is the package of the entry's own. */
export async function loadNamedModules(
  of: Entry,
  map: MapNode,
  schema: JsonSchema,
  modules: Modules,
  allowed: readonly string[] | undefined,
  context: LoadContext,
  owner: string | undefined,
): Promise<NamedModules> {
  const found = new Map<ConfigNode, unknown>()
  const branches = branchesOf(schema, schema)
  for (const [name, { value }] of map.entries) {
    const kind = childSchema(branches, name, schema).find(
      ({ module }) => module !== undefined,
    )?.module
    if (kind === undefined) continue
    found.set(value, undefined)
    const path = `${of.path}.parameters.${name}`
    const named = await loadNamedModule(value, kind, path, modules, allowed, context, owner)
    if (named === undefined) continue
    const { loaded, parameters } = named
    // They are checked, and what a schema made of its input is no input for it.
    found.set(value, {
      module: { ...loaded.definition, parameters: anyParameters },
      parameters: parameters.value,
    })
  }
  return found
}
