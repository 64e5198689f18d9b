import { checkParameters } from '../check/check-parameters.ts'
import type { ConfigNode } from '../document/config-node.ts'
import type { Entry } from '../grammar/entry.ts'
import { readEntry } from '../grammar/read-entry.ts'
import type { LoadContext } from '../load-context.ts'
import type { LoadedModule, Modules } from '../modules/modules.ts'
import { loadEntry } from './load-entry.ts'

type NamedKind = 'watermarks' | 'emitter' | 'detector'

/** A module that a value names, with checked parameters. */
export interface NamedModule<K extends NamedKind> {
  readonly entry: Entry
  readonly loaded: LoadedModule<K>
  readonly parameters: { readonly value: unknown }
}

/** Loads the module that the value at `path` of the job names; short names that the package `owner` lists are its own. Undefined where it cannot be used, with faults. */
export async function loadNamedModule<K extends NamedKind>(
  node: ConfigNode,
  kind: K,
  path: string,
  modules: Modules,
  allowed: readonly string[] | undefined,
  context: LoadContext,
  owner?: string,
): Promise<NamedModule<K> | undefined> {
  const entry = readEntry(node, { role: kind }, context.faults)
  if (entry === undefined) return undefined
  entry.path = path
  const loaded = await loadEntry(entry, kind, modules, allowed, context, owner)
  if (loaded === undefined) return undefined
  const named = entry.keys.get('module')?.value ?? node
  context.addValue(`${path}.module`, loaded.specifier, named)
  const parameters = await checkParameters(entry, loaded, [], context)
  return parameters && { entry, loaded, parameters }
}
