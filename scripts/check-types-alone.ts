import { spawnSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

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
  for (const tarball of tarballs) {
    const unpacked = join(folder, 'unpacked')
    mkdirSync(unpacked, { recursive: true })
    spawnSync('tar', ['-xzf', tarball, '-C', unpacked])
    const { name } = manifestAt(join(unpacked, 'package'))
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    spawnSync('mv', [join(unpacked, 'package'), join(modules, name)])
  }
  // Their own dependencies stand where the workspace has them.
  for (const path of globSync('packages/*/node_modules/{*,@*/*}')) {
    const name = path.replaceAll('\\', '/').split('/node_modules/')[1] as string
    if (name.startsWith('@') && !name.includes('/')) continue
    if (name.startsWith('@millrace/') || name === 'millrace') continue
    const target = join(modules, name)
    mkdirSync(dirname(target), { recursive: true })
    try {
      symlinkSync(realpathSync(path), target, 'junction')
    } catch {
      // Another package has the same dependency.
    }
  }
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
