import { messageOf, nearestName } from '@millrace/base'
import { resolve as resolveImport } from 'import-meta-resolve'
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  CFG_MODULE_ENTRY,
  CFG_MODULE_FILE,
  CFG_MODULE_FILE_TYPE,
  CFG_MODULE_NOT_FOUND,
  CFG_MODULE_SPECIFIER,
} from './errors.ts'
import { type KnownPlugin, knownPlugins } from './known-plugins.ts'
import type { Kind } from './modules.ts'
import { findPackage, ownFolder, type PackageInfo } from './package-folder.ts'
import { packagesOf, parseSpecifier, pluginNameOf, type Specifier } from './specifier.ts'

/** Where a module is, before anything of it ran. */
export interface FoundModule {
  readonly specifier: string
  readonly url: string
  readonly file: string
  /** Absent for a file of the job's own. */
  readonly package?: PackageInfo | undefined
  /** The export that the job file names. */
  readonly export?: string | undefined
  /** Name by which the plugin is looked for among the exports. */
  readonly name: string
}

/** Folders from which packages are looked for: the job's, further ones, the loader's own. */
export function searchFolders(folder: string, bases: readonly string[] = []): readonly string[] {
  return [...new Set([folder, ...bases, ownFolder])]
}

/**
 * Finds a module from the job's folder, `folders[0]`, then from the others; a short name that the package `owner` lists is its
 * own. One that no package is named after is what the only package lists that the job depends on. Throws CFG_MODULE_* errors.
 */
export function findModule(
  specifier: string,
  kind: Kind,
  folders: readonly string[],
  owner?: string,
): FoundModule {
  const parsed = parseSpecifier(specifier)
  const instead = meant(specifier, parsed, kind, folders[0] ?? '.')
  if (parsed === undefined)
    throw CFG_MODULE_SPECIFIER({ specifier, near: near(specifier, kind, folders), instead })
  if (parsed.form === 'path') return findFile(specifier, parsed, folders[0] ?? '.', instead)
  const isShort = parsed.form === 'short'
  const tried = isShort ? packagesOf(parsed.name) : [parsed.name]
  // A name that the owner lists is its own; elsewhere its manifest keeps ordinary libraries without a scope out.
  const candidates: readonly Candidate[] = [
    ...(isShort && owner !== undefined ? [{ name: owner, fits: lists(kind, parsed.name) }] : []),
    ...tried.map((name) => ({ name, fits: () => true })),
    ...(isShort
      ? [{ name: parsed.name, fits: ({ plugins }: PackageInfo) => plugins[kind] !== undefined }]
      : []),
  ]
  for (const { fits, name } of candidates) {
    for (const folder of folders) {
      const found = findPackage(name, folder)
      if (found === undefined || !fits(found)) continue
      const entry = entryOf(specifier, parsed, kind, found, folder)
      return name === owner ? byName(entry) : entry
    }
  }
  const listed = isShort ? listing(kind, parsed.name, folders) : []
  const [only, ...others] = listed
  const owning = only && others.length === 0 ? findPackage(only.package, only.from) : undefined
  if (only !== undefined && owning !== undefined) {
    return byName(entryOf(specifier, parsed, kind, owning, only.from))
  }
  throw CFG_MODULE_NOT_FOUND({
    specifier,
    kind,
    tried,
    folder: folders[0] ?? '.',
    near: near(specifier, kind, folders),
    instead,
  })
}

/** A package that a name may mean. */
interface Candidate {
  readonly name: string
  readonly fits: (found: PackageInfo) => boolean
}

const lists =
  (kind: Kind, name: string) =>
  ({ plugins }: PackageInfo): boolean =>
    Object.hasOwn(plugins[kind] ?? {}, name)

/** One of several plugins of a package is the export of its name, whatever the default is. */
const byName = (found: FoundModule): FoundModule => ({
  ...found,
  export: found.export ?? found.name,
})

/** The plugins of this name that packages list which the job depends on. */
function listing(kind: Kind, name: string, folders: readonly string[]): readonly KnownPlugin[] {
  return knownPlugins(folders).filter((plugin) => plugin.kind === kind && plugin.name === name)
}

const dataFile = /\.(?:jsonl|ndjson|json|csv|tsv|txt|log)(?:\.gz)?$/

/** What a name that is no module stands for: a file of records, or code beside the job file. */
function meant(
  specifier: string,
  parsed: Specifier | undefined,
  kind: Kind,
  folder: string,
): string | undefined {
  if ((kind === 'source' || kind === 'sink') && dataFile.test(specifier)) {
    const verb = kind === 'source' ? 'read' : 'write'
    return `Write ${kind}: { file: ${specifier} } to ${verb} that file.`
  }
  if (parsed?.form !== 'package' || !runnable.has(extname(parsed.name + parsed.subpath.slice(1)))) {
    return undefined
  }
  const file = resolve(folder, parsed.name + parsed.subpath.slice(1))
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? `A file of the job is named by its path: ./${specifier}` : undefined
}

function near(specifier: string, kind: Kind, folders: readonly string[]): string | undefined {
  const known = knownPlugins(folders).filter((plugin) => plugin.kind === kind)
  const names = known.flatMap((plugin) => [plugin.name, plugin.package])
  return nearestName(specifier, names)
}

/** The manifest says which entry of the package a plugin lives in. */
function entryOf(
  specifier: string,
  parsed: Exclude<Specifier, { form: 'path' }>,
  kind: Kind,
  found: PackageInfo,
  folder: string,
): FoundModule {
  const manifest = found.plugins[kind] ?? {}
  const names = Object.keys(manifest)
  const own = parsed.form === 'short' ? parsed.name : pluginNameOf(found.name)
  const wanted = [parsed.export, own].find((name) => name !== undefined && names.includes(name))
  const name = wanted ?? (names.length === 1 ? names[0] : undefined) ?? own
  const asked = parsed.form === 'package' ? parsed.subpath : '.'
  const listed = Object.hasOwn(manifest, name) ? manifest[name] : undefined
  const subpath = asked === '.' ? (listed ?? '.') : asked
  const entry = found.name + subpath.slice(1)
  const url = resolveEntry(entry, found, folder)
  return {
    specifier,
    url,
    file: fileURLToPath(url),
    package: found,
    export: parsed.export,
    name,
  }
}

function resolveEntry(entry: string, found: PackageInfo, folder: string): string {
  let cause: unknown
  try {
    const url = resolveImport(entry, pathToFileURL(join(folder, 'job.yaml')).href)
    if (url.startsWith('file:') && existsSync(fileURLToPath(url))) return url
    cause = new Error(`its entry ${url} does not exist`)
  } catch (error) {
    cause = error
  }
  const message = messageOf(cause)
  throw CFG_MODULE_ENTRY(
    {
      specifier: entry,
      package: found.name,
      cause: message.split(' imported from ')[0] ?? message,
    },
    undefined,
    cause,
  )
}

const runnable = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])

function findFile(
  specifier: string,
  parsed: Extract<Specifier, { form: 'path' }>,
  folder: string,
  instead: string | undefined,
): FoundModule {
  const path = resolve(folder, parsed.path)
  const shown = parsed.export === undefined ? specifier : specifier.slice(0, parsed.path.length)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw CFG_MODULE_FILE({
      specifier: shown,
      file: path,
      near: nearFile(parsed.path, path),
      instead,
    })
  }
  // Node knows a file by its real path.
  const file = realpathSync(path)
  const ending = extname(file)
  if (!runnable.has(ending)) throw CFG_MODULE_FILE_TYPE({ specifier: shown, ending, instead })
  const name = basename(file, ending)
  return { specifier, url: pathToFileURL(file).href, file, export: parsed.export, name }
}

/** A file beside the missing one that only lacks its ending, or is spelled nearly like it. */
function nearFile(path: string, file: string): string | undefined {
  const folder = dirname(file)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined
  const names = readdirSync(folder).filter((name) => runnable.has(extname(name)))
  const wanted = basename(file)
  const stem = basename(file, extname(file))
  const best =
    names.find((name) => basename(name, extname(name)) === stem) ?? nearestName(wanted, names)
  return best === undefined ? undefined : path.slice(0, path.length - wanted.length) + best
}
