import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { dirname, relative } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import type { Shell } from '../shell.ts'

/** How long files must be quiet before the next run. */
const QUIET_MS = 100
const ignored = /(?:^|[/\\])(?:node_modules|\.[^/\\]+)(?:[/\\]|$)|\.new$/

/**
 * Runs the command again, each time in a process of its own, when a file beside the jobs changes: what a process has imported
 * it never reads again. Until Ctrl-C.
 */
export function watchJobs(files: readonly string[], shell: Shell): Promise<number> {
  const argv = process.argv.slice(1).filter((argument) => !['-w', '--watch'].includes(argument))
  let isRunning = false
  let isStale = false
  let timer: NodeJS.Timeout | undefined
  const run = (): void => {
    if (isRunning) {
      isStale = true
      return
    }
    isRunning = true
    isStale = false
    const child = spawn(process.execPath, [...process.execArgv, ...argv], { stdio: 'inherit' })
    child.on('close', () => {
      isRunning = false
      shell.terminal.error('Waiting for changes; Ctrl-C ends.\n')
      if (isStale) run()
    })
  }
  const watchers = [...new Set(files.map((file) => dirname(file)))].map((folder) =>
    watch(folder, { recursive: true }, (_, name) => {
      if (name === null || ignored.test(relative('', name))) return
      clearTimeout(timer)
      timer = setTimeout(run, QUIET_MS)
    }),
  )
  run()
  return new Promise((resolve) => {
    process.once('SIGINT', () => {
      for (const watcher of watchers) watcher.close()
      clearTimeout(timer)
      resolve(exitCodes.done)
    })
  })
}
