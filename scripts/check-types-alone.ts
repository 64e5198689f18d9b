import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { unpackPackages } from './unpack-packages.ts'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

/**
 * Type-checks a stranger's program that imports every entry of the packed packages, with nothing installed but what they depend
 * on: no types of Node. Libraries are checked too. Returns what the compiler says; empty: nothing. Uses `folder` for it.
 */
export function checkTypesAlone(tarballs: readonly string[], folder: string): string {
  const modules = join(folder, 'node_modules')
  unpackPackages(tarballs, modules)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'stranger.ts'), strangerOf(modules))
  const options = ['--module', 'nodenext', '--target', 'esnext', '--strict', '--noEmit']
  const compiler = resolve('node_modules/.bin/tsc')
  const result = spawnSync(compiler, [...options, '--types', '', 'stranger.ts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return result.status === 0 ? '' : `${result.stdout}${result.stderr}`
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** A program that imports every entry of every package of ours. */
function strangerOf(modules: string): string {
  const entries = globSync(['@millrace/*', 'millrace'], { cwd: modules }).flatMap((name) =>
    Object.keys(manifestAt(join(modules, name)).exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => `import '${name.replaceAll('\\', '/')}${entry.slice(1)}'\n`),
  )
  return entries.toSorted().join('')
}
