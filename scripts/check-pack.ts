// Packs every package and plugin and holds it to publint, "are the types wrong", and types that stand alone. Counts what a job loads.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { checkTypesAlone } from './check-types-alone.ts'
import { loadedModules } from './count-modules.ts'
import { unpackPackages } from './unpack-packages.ts'

/** Today's number and a few. */
const modulesMax = 32

const folder = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
let failed = 0

function run(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (result.status !== 0) {
    failed++
    console.error(`${cwd}: ${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`)
  }
  return result.stdout
}

for (const manifest of globSync('{packages,plugins}/*/package.json').toSorted()) {
  const cwd = dirname(manifest)
  run('pnpm', ['pack', '--pack-destination', folder], cwd)
}
const bin = (name: string): string => resolve('node_modules/.bin', name)
const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
for (const tarball of tarballs) {
  const path = join(folder, tarball)
  const listing = run('tar', ['-tzf', path], '.')
  const stray = listing
    .split('\n')
    .filter((name) => /\.(test|test-d|test-support|bench)\.|tsbuildinfo/.test(name))
  if (stray.length > 0) {
    failed++
    console.error(`${tarball} carries ${stray.join(', ')}`)
  }
  run(bin('publint'), ['run', path, '--strict'], '.')
  run(bin('attw'), [path, '--profile', 'esm-only'], '.')
}
// A plugin may name streams and buffers in its types; what plugins and programs are built with may not.
const plugins = new Set(globSync('plugins/*').map((path) => `millrace-${basename(path)}-`))
const isLibrary = (name: string): boolean => ![...plugins].some((start) => name.startsWith(start))
const libraries = tarballs.filter(isLibrary).map((name) => join(folder, name))
const alone = checkTypesAlone(libraries, join(folder, 'stranger'))
if (alone !== '') {
  failed++
  console.error(`Without the types of Node:\n${alone}`)
}
// A job starts as soon as its modules are loaded: docs/decisions/0004-start-up.md.
const runner = join(folder, 'runner')
unpackPackages(
  tarballs.map((name) => join(folder, name)),
  join(runner, 'node_modules'),
)
const loaded = loadedModules(runner)
if (loaded.length > modulesMax) {
  failed++
  console.error(
    `A small job loads ${loaded.length} modules, at most ${modulesMax} are fine:\n${loaded.join('\n')}`,
  )
}
rmSync(folder, { recursive: true })
console.log(`pack: ${tarballs.length} packages, ${failed} faults`)
process.exitCode = failed === 0 ? 0 : 1
