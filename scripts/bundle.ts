// Joins the files that `tsc -b` emitted to one per entry of each package, in lib/, with the libraries that no other package
// uses: a process that loads a few files starts sooner than one that loads hundreds (docs/decisions/0004-start-up.md).
// Types stay in dist; packages of ours stay imports. Licenses of what is joined lie beside it.
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: object
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  }
}

/** Libraries that become part of the package that imports them. Plugins get zod from the sdk's part of it. */
const joined = new Set([
  '@marcbachmann/cel-js',
  'commander',
  'eventemitter3',
  'import-meta-resolve',
  'reflect-metadata',
  'tslib',
  'tsyringe',
  'yaml',
  'zod',
])

/**
 * What is one file although several entries share parts of it, which would make a dozen: what every command needs, what `run`
 * needs beside that, and what most of a package's entries need anyway.
 */
const groups = [
  { name: 'start', test: /[\\/]dist[\\/]main\.js$/, priority: 2 },
  { name: 'run', test: /[\\/]dist[\\/]commands[\\/]run\.js$/, priority: 1 },
  { name: 'most', test: /[\\/](?:core|engine|loader)[\\/]dist[\\/]index\.js$/ },
  { name: 'most', test: /[\\/]job[\\/]dist[\\/]job\.js$/ },
]

/** Names of the files that others reach, without ending, such as `host/index`. */
function entriesOf({ bin, publishConfig }: Manifest): readonly string[] {
  const exported = Object.values(publishConfig.exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.default.replace(/^\.\/lib\/|\.js$/g, '')],
  )
  return bin === undefined ? exported : [...exported, 'main']
}

/**
 * What libraries get for modules of Node whose import takes milliseconds: it reads each name, and so makes streams and loads the
 * network, for commands that never start another process.
 */
const readLater = new Map([
  ['node:process', 'export default globalThis.process'],
  [
    'node:child_process',
    "export default { get spawn() { return process.getBuiltinModule('node:child_process').spawn } }",
  ],
])
const isReadLater = (id: string, importer = ''): boolean =>
  readLater.has(id) && /[\\/]node_modules[\\/]/.test(importer)

const isPackage = (id: string): boolean => /^[^./\0]/.test(id)
const isJoined = (id: string): boolean => joined.has(/^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? '')

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** The license of each library that modules belong to. Throws where one has none. */
function licensesOf(modules: readonly string[]): readonly string[] {
  const folders = new Set(
    modules.flatMap(
      (id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? [],
    ),
  )
  return [...folders].toSorted().map((folder) => {
    const { name, version } = manifestIn(folder)
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no license to go with it`)
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
}

for (const path of globSync('{packages,plugins}/*/package.json').toSorted()) {
  const folder = dirname(path)
  const lib = join(folder, 'lib')
  rmSync(lib, { recursive: true, force: true })
  const bundle = await rolldown({
    input: Object.fromEntries(
      entriesOf(manifestIn(folder)).map((name) => [name, join(folder, 'dist', `${name}.js`)]),
    ),
    external: (id, importer) => isPackage(id) && !isJoined(id) && !isReadLater(id, importer),
    platform: 'node',
    plugins: [
      {
        name: 'read-later',
        resolveId: (id, importer) => (isReadLater(id, importer) ? `\0${id}` : null),
        load: (id) => readLater.get(id.slice(1)),
      },
    ],
  })
  const { output } = await bundle.write({
    dir: lib,
    format: 'esm',
    sourcemap: true,
    codeSplitting: { groups },
  })
  await bundle.close()
  const licenses = licensesOf(
    output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])),
  )
  if (licenses.length > 0) writeFileSync(join(lib, 'licenses.txt'), licenses.join('\n---\n\n'))
}
