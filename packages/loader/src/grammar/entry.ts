import type { Where } from '@millrace/base'
import type { ConfigNode, MapEntry } from '../document/config-node.ts'
import type { Role } from './keys.ts'

/** Where a stage or sink reads when it has no `from`: the output it stands behind. */
export interface Upstream {
  readonly entry: Entry
  /** Absent: the main output. */
  readonly output?: MapEntry | undefined
}

/** Stages that stand in the place of one. Their ids begin with its own: `clean/trim`. */
export interface Nest {
  /** Default id. */
  readonly module: string
  readonly where: Where
  readonly keys: ReadonlyMap<string, MapEntry>
  /** The one it stands in. */
  readonly within: Nest | undefined
  /** It has a file of its own, so its stages know no id outside of it. */
  readonly isFile: boolean
  id: string
  /** Where whoever reads it reads. */
  ends: readonly Upstream[]
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
  /** Several behind a line that forked. */
  readonly upstream?: readonly Upstream[] | undefined
  /** What it stands in; absent: the pipeline itself. */
  readonly within?: Nest | undefined
  /** Where the names in its `from` are known, if not where it stands: the `from` is that of what it stands in. */
  readsIn?: { readonly nest: Nest | undefined } | undefined
  /** Names that `key('name')` of a stage may ask for, or the keys of the stages before a source or sink, which has none itself; absent: not known. */
  keyNames?: readonly string[] | undefined
  /** The override that the whole entry comes from. */
  addedBy?: { readonly text: string; readonly where: Where } | undefined
}

/** `outputs: { name: id }`: a sink that is declared elsewhere reads this output. */
export interface OutputLink {
  readonly from: Entry
  readonly output: MapEntry
  /** What it is written in. */
  readonly within: Nest | undefined
  readonly sink: ConfigNode
}

/** The pipeline in normal form. Stages stand in the order of the file, branches behind the stage they leave. */
export interface NormalPipeline {
  readonly where: Where
  readonly keys: Map<string, MapEntry>
  readonly entries: Entry[]
  readonly nests: readonly Nest[]
  readonly links: readonly OutputLink[]
  /** Where the main line ends; empty without stages. */
  readonly ends: readonly Upstream[]
}

/** What can be named where it is written, of these ids: in a file only what it holds. */
export function namesOf(ids: readonly string[], within: Nest | undefined): readonly string[] {
  let file = within
  while (file !== undefined && !file.isFile) file = file.within
  const prefix = file === undefined ? '' : `${file.id}/`
  return ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length))
}

/** The ids that a name may mean where it is written, the nearest first. */
export function idsFor(name: string, within: Nest | undefined): readonly string[] {
  const ids: string[] = []
  for (let nest = within; nest !== undefined; nest = nest.within) {
    ids.push(`${nest.id}/${name}`)
    if (nest.isFile) return ids
  }
  return [...ids, name]
}

/** The name of a module without its scope, prefix, folder, ending and export: the default id. */
export function moduleName(specifier: string): string {
  const path = specifier.replace(/#.*$/, '')
  const last = path.split('/').at(-1) ?? path
  const name = last.replace(/^millrace-plugin-/, '').replace(/\.[a-z]+$/, '')
  const safe = name.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^[^A-Za-z]+/g, '')
  return safe === '' ? 'module' : safe
}
