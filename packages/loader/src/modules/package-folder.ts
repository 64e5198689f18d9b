import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a package.json says that matters here. Members that are not what they should be are left out. */
export interface PackageInfo {
  readonly folder: string
  readonly name: string
  readonly version: string
  /** Subpath of each plugin by kind and name: `{ stage: { window: '.' } }`. */
  readonly plugins: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Names of everything it depends on, development included. */
  readonly dependencies: readonly string[]
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Reads the package.json of a folder; undefined where there is none or it is not JSON. */
export function readPackage(folder: string): PackageInfo | undefined {
  let json: Readonly<Record<string, unknown>>
  try {
    json = record(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  } catch {
    return undefined
  }
  const plugins: Record<string, Record<string, string>> = {}
  for (const [kind, entries] of Object.entries(record(json['millrace']))) {
    const named = Object.entries(record(entries)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    plugins[kind] = Object.fromEntries(named)
  }
  const dependencies = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((key) =>
    Object.keys(record(json[key])),
  )
  return {
    folder,
    name: text(json['name']),
    version: text(json['version']),
    plugins,
    dependencies: [...new Set(dependencies)],
  }
}

/** The folder and each folder above it, nearest first. */
export function* foldersUp(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current
    if (dirname(current) === current) return
  }
}

/** Finds an installed package as Node does from `folder`, or the package that `folder` itself is in. */
export function findPackage(name: string, folder: string): PackageInfo | undefined {
  for (const current of foldersUp(folder)) {
    const installed = readPackage(join(current, 'node_modules', name))
    if (installed !== undefined) return installed
  }
  const own = packageOf(folder)
  return own?.name === name ? own : undefined
}

/** The nearest package with a name at or above a folder. */
export function packageOf(folder: string): PackageInfo | undefined {
  for (const current of foldersUp(folder)) {
    if (!existsSync(join(current, 'package.json'))) continue
    const found = readPackage(current)
    if (found !== undefined && found.name !== '') return found
  }
  return undefined
}

/** The folder of this file: packages that a job cannot see are looked for from here. */
export const ownFolder = dirname(fileURLToPath(import.meta.url))
