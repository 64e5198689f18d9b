import { spawn } from 'node:child_process'
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import type { Shell } from '../shell.ts'

/** How long files must be quiet before the next run. */
const QUIET_MS = 100
/** Folders that are looked into, from the job's downwards. */
const FOLDERS_MAX = 500

/**
 * Runs the command again when a file beside the jobs changes, each time in a process of its own: what a process has imported it
 * never reads again. Until Ctrl-C. What the command writes itself, `written`, is no change.
 */
export function watchJobs(
  files: readonly string[],
  written: readonly string[],
  shell: Shell,
): Promise<number> {
  const argv = process.argv.slice(1).filter((argument) => !['-w', '--watch'].includes(argument))
  const watchers = new Map<string, FSWatcher>()
  let runs = 0
  let isRunning = false
  let isStale = false
  let timer: NodeJS.Timeout | undefined
  const changed = (folder: string, name: string | null): void => {
    if (name !== null && (isIgnored(name) || written.includes(resolve(folder, name)))) return
    clearTimeout(timer)
    timer = setTimeout(run, QUIET_MS)
  }
  // Folders that were made since the last run are found with the next one.
  const follow = (): void => {
    for (const folder of foldersOf(files)) {
      if (watchers.has(folder)) continue
      watchers.set(
        folder,
        watch(folder, (_event, name) => changed(folder, name)),
      )
    }
  }
  const run = (): void => {
    isStale = isRunning
    if (isRunning) return
    isRunning = true
    follow()
    const child = spawn(process.execPath, [...process.execArgv, ...argv], { stdio: 'inherit' })
    child.on('close', () => {
      isRunning = false
      shell.terminal.error(`Run ${++runs} is over. Waiting for changes; Ctrl-C ends.\n`)
      if (isStale) run()
    })
  }
  run()
  return new Promise((resolve) => {
    process.once('SIGINT', () => {
      for (const watcher of watchers.values()) watcher.close()
      clearTimeout(timer)
      resolve(exitCodes.done)
    })
  })
}

/** Installed packages, hidden files, and what --update writes in between. */
const isIgnored = (name: string): boolean =>
  name === 'node_modules' || name.startsWith('.') || name.endsWith('.new')

function foldersOf(files: readonly string[]): readonly string[] {
  const folders = [...new Set(files.map((file) => dirname(file)))]
  for (let index = 0; index < folders.length && folders.length < FOLDERS_MAX; index++) {
    const folder = folders[index] as string
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !isIgnored(entry.name)) folders.push(join(folder, entry.name))
    }
  }
  return [...new Set(folders)]
}
