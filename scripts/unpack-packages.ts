import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Unpacks packed packages to `modules`, a folder node_modules, as a package manager does, with what they depend on. */
export function unpackPackages(tarballs: readonly string[], modules: string): void {
  for (const tarball of tarballs) {
    const unpacked = join(modules, '.unpacked')
    mkdirSync(unpacked, { recursive: true })
    spawnSync('tar', ['-xzf', tarball, '-C', unpacked])
    const manifest = readFileSync(join(unpacked, 'package', 'package.json'), 'utf8')
    const { name } = JSON.parse(manifest) as { readonly name: string }
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
}
