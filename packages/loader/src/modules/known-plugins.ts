import type { Kind } from './modules.ts'
import { findPackage, foldersUp, type PackageInfo, readPackage } from './package-folder.ts'

/** A plugin as the manifest of its package names it. */
export interface KnownPlugin {
  readonly kind: Kind
  readonly name: string
  readonly package: string
  readonly version: string
  /** Entry of the package, such as `.` or `./window`. */
  readonly subpath: string
  /** Folder from which the package was found. */
  readonly from: string
}

const kinds: readonly Kind[] = [
  'source',
  'stage',
  'sink',
  'resource',
  'watermarks',
  'emitter',
  'detector',
  'function',
  'aggregate',
  'command',
]

/**
 * The plugins of the packages that a package.json at or above one of the folders depends on, or is.
 * Reads manifests and runs no code. Sorted by kind, in the order of a job file, then by name.
 */
export function knownPlugins(folders: readonly string[]): readonly KnownPlugin[] {
  const seen = new Map<string, PackageInfo & { readonly from: string }>()
  const add = (found: PackageInfo | undefined, from: string): void => {
    if (found !== undefined && !seen.has(found.name)) seen.set(found.name, { ...found, from })
  }
  for (const folder of folders) {
    for (const current of foldersUp(folder)) {
      const owner = readPackage(current)
      if (owner === undefined) continue
      if (owner.name !== '') add(owner, current)
      for (const name of owner.dependencies) add(findPackage(name, current), current)
    }
  }
  const plugins = [...seen.values()].flatMap((found) =>
    kinds.flatMap((kind) =>
      Object.entries(found.plugins[kind] ?? {}).map(([name, subpath]) => ({
        kind,
        name,
        package: found.name,
        version: found.version,
        subpath,
        from: found.from,
      })),
    ),
  )
  return plugins.toSorted(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compare(a.name, b.name),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
