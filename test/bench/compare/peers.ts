// Packages of others: installed on demand, in a folder of the benchmark's own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const peerVersions = {
  rxjs: '7.8.2',
  effect: '4.1.0',
  'csv-parse': '7.0.3',
  '@duckdb/node-api': '1.5.6-r.1',
} as const

export type PeerName = keyof typeof peerVersions

const versionOf = (folder: string, name: PeerName): string | undefined => {
  const manifest = join(folder, 'node_modules', name, 'package.json')
  if (!existsSync(manifest)) return undefined
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** The module through which subjects import what is installed in `folder`. */
export const peersModule = (folder: string): string => pathToFileURL(join(folder, 'peers.mjs')).href

/**
 * Installs what is missing of `names`, without scripts of its own, and gives the reason where that fails. What was installed
 * before in its pinned version is not asked for again, so a second run needs no network.
 */
export function installPeers(folder: string, names: readonly PeerName[]): string | undefined {
  const missing = names.filter((name) => versionOf(folder, name) !== peerVersions[name])
  if (missing.length === 0) return undefined
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }\n')
  writeFileSync(join(folder, 'peers.mjs'), 'export const load = (name) => import(name)\n')
  const ended = spawnSync(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--save-exact',
      ...missing.map((name) => `${name}@${peerVersions[name]}`),
    ],
    { cwd: folder, encoding: 'utf8', timeout: 300_000 },
  )
  if (ended.status === 0) return undefined
  return `npm install ${missing.join(' ')}: ${ended.stderr?.trim().split('\n').at(-1) ?? 'failed'}`
}
