// Joins the files that `tsc -b` emitted to one per entry of each package, in lib/: a process that loads a few files starts
// sooner than one that loads hundreds (docs/decisions/0004-start-up.md). Types stay in dist; other packages stay imports.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'

interface Manifest {
  readonly bin?: object
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  }
}

/** Names of the files that others reach, without ending, such as `host/index`. */
function entriesOf({ bin, publishConfig }: Manifest): readonly string[] {
  const exported = Object.values(publishConfig.exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.default.replace(/^\.\/lib\/|\.js$/g, '')],
  )
  return bin === undefined ? exported : [...exported, 'main']
}

for (const path of globSync('{packages,plugins}/*/package.json').toSorted()) {
  const folder = dirname(path)
  const entries = entriesOf(JSON.parse(readFileSync(path, 'utf8')) as Manifest)
  const lib = join(folder, 'lib')
  rmSync(lib, { recursive: true, force: true })
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(folder, 'dist', `${name}.js`)])),
    external: /^[^./]/,
    platform: 'node',
  })
  await bundle.write({ dir: lib, format: 'esm', sourcemap: true })
  await bundle.close()
}
