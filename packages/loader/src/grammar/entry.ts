import type { Where } from '@millrace/base'
import type { ConfigNode, MapEntry } from '../document/config-node.ts'
import type { Role } from './keys.ts'

/** Where a stage or sink reads when it has no `from`: the output it stands behind. */
export interface Upstream {
  readonly entry: Entry
  /** Absent: the main output. */
  readonly output?: MapEntry | undefined
}

/** One source, stage, sink or resource in normal form: short and long form look the same here. */
export interface Entry {
  readonly role: Role
  /** The sink that takes the dead letters. */
  readonly isDeadLetter: boolean
  /** As the file names it, or an override. */
  module: string
  /** Place of the module. */
  readonly where: Where
  /** Path for overrides and `config print`, such as `stages.hourly`. */
  path: string
  id: string
  /** Stage keys that stand beside the module. */
  readonly keys: Map<string, MapEntry>
  /** A map, or the scalar of the short form. Overrides replace it. */
  parameters: ConfigNode | undefined
  readonly upstream?: Upstream | undefined
  /** Names that `key('name')` of a stage may ask for, or the keys of the stages before a source or sink, which has none itself; absent: not known. */
  keyNames?: readonly string[] | undefined
  /** The override that the whole entry comes from. */
  addedBy?: { readonly text: string; readonly where: Where } | undefined
}

/** `outputs: { name: id }`: a sink that is declared elsewhere reads this output. */
export interface OutputLink {
  readonly from: Entry
  readonly output: MapEntry
  readonly sink: ConfigNode
}

/** The pipeline in normal form. Stages stand in the order of the file, branches behind the stage they leave. */
export interface NormalPipeline {
  readonly where: Where
  readonly keys: Map<string, MapEntry>
  readonly entries: Entry[]
  readonly links: readonly OutputLink[]
}

/** The name of a module without its scope, prefix, folder, ending and export: the default id. */
export function moduleName(specifier: string): string {
  const path = specifier.replace(/#.*$/, '')
  const last = path.split('/').at(-1) ?? path
  const name = last.replace(/^millrace-plugin-/, '').replace(/\.[a-z]+$/, '')
  const safe = name.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^[^A-Za-z]+/g, '')
  return safe === '' ? 'module' : safe
}
