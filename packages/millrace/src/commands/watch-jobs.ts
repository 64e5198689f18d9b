import { spawn } from 'node:child_process'
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import type { Shell } from '../shell.ts'

/** How long files must be quiet before the next run. */
const QUIET_MS = 100
/** Set for a run that tells the process that started it what it has read. */
const WATCHED = 'MILLRACE_WATCHED'

/**
 * Runs the command again when a file changes that its last run has read, at first `files`; after a run that was refused, also
 * when a file comes that it may have missed. Each run is a process of its own: what a process has imported it never reads
 * again. Until Ctrl-C.
 */
export function watchJobs(files: readonly string[], shell: Shell): Promise<number> {
  const argv = process.argv.slice(1).filter((argument) => !['-w', '--watch'].includes(argument))
  const watchers = new Map<string, FSWatcher>()
  const read = new Set<string>()
  let runs = 0
  let isRunning = false
  let isStale = false
  let wasRefused = false
  let timer: NodeJS.Timeout | undefined
  const changed = (path: string): void => {
    if (!read.has(path) && !(wasRefused && mayBeMissing(path))) return
    clearTimeout(timer)
    timer = setTimeout(run, QUIET_MS)
  }
  const follow = (paths: readonly string[]): void => {
    for (const path of paths) {
      read.add(path)
      const folder = dirname(path)
      if (watchers.has(folder) || !existsSync(folder)) continue
      const watcher = watch(folder, (_event, name) => changed(resolve(folder, name ?? '')))
      watchers.set(folder, watcher)
    }
  }
  const run = (): void => {
    isStale = isRunning
    if (isRunning) return
    isRunning = true
    const child = spawn(process.execPath, [...process.execArgv, ...argv], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [WATCHED]: '1' },
    })
    child.on('message', (paths) => follow(paths as readonly string[]))
    child.on('close', (code) => {
      isRunning = false
      wasRefused = code === exitCodes.badUsage
      shell.terminal.error(`Run ${++runs} is over. Waiting for changes; Ctrl-C ends.\n`)
      if (isStale) run()
    })
  }
  follow(files)
  run()
  return new Promise((done) => {
    process.once('SIGINT', () => {
      for (const watcher of watchers.values()) watcher.close()
      clearTimeout(timer)
      done(exitCodes.done)
    })
  })
}

/** Tells the process that watches what this run has read; nothing where none does. */
export function tellWatcher(files: readonly string[], shell: Shell): Promise<void> {
  return new Promise((done) => {
    if (shell.env[WATCHED] === undefined || process.send === undefined) done()
    else process.send(files, () => done())
  })
}

/** Whether a path that was not read can be a module, a job file or a manifest. */
const mayBeMissing = (path: string): boolean => /\.(?:[cm]?[jt]s|json|ya?ml)$/.test(path)
