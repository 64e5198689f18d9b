// The built packages, packed and installed as a user has them.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Runs a command to its end in a folder; throws with what it said where it fails. */
function run(command: string, args: readonly string[], cwd: string): void {
  const ended = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (ended.status === 0) return
  throw new Error(`${command} ${args.join(' ')}\n${ended.stdout}${ended.stderr}`)
}

/** Builds all packages of this checkout. */
export const build = (): void => run('pnpm', ['build'], root)

/** Packs every package and installs the archives: what `npm install millrace` gives. */
export function installPacked(folder: string): void {
  const archives = join(folder, 'archives')
  mkdirSync(archives, { recursive: true })
  for (const manifest of globSync('{packages,plugins}/*/package.json', { cwd: root })) {
    run('pnpm', ['pack', '--pack-destination', archives], join(root, dirname(manifest)))
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const packed = globSync('*.tgz', { cwd: archives }).map((name) => join(archives, name))
  run(
    'npm',
    ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...packed],
    folder,
  )
}

/** The command of an installation. */
export const installedCommand = (folder: string): string =>
  join(folder, 'node_modules/millrace/bin/millrace.js')
