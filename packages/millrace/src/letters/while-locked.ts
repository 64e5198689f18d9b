import { readFile, rm, writeFile } from 'node:fs/promises'
import { messageOf } from '@millrace/base'
import { CLI_LETTERS_FILE, CLI_REPLAY_RUNS } from '../errors.ts'

/** Does some work on a file of letters while no other process does; a dry run may look at it at any time. Throws CLI_REPLAY_RUNS where one does. */
export async function whileLocked<T>(
  letters: string,
  isDryRun: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const path = `${letters}.lock`
  if (isDryRun || !(await locked(path))) return work()
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** False where there is no such folder: the work finds that out, and says it better. */
async function locked(path: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx' })
      return true
    } catch (error) {
      const { code } = error as { readonly code?: unknown }
      if (code === 'ENOENT') return false
      const cause = messageOf(error)
      if (code !== 'EEXIST') throw CLI_LETTERS_FILE({ path, cause, near: undefined }, {}, error)
      const pid = Number(await readFile(path, 'utf8').catch(() => ''))
      if (attempt > 1 || isAlive(pid)) throw CLI_REPLAY_RUNS({ path, pid }, {}, error)
      // Whoever made it was killed.
      await rm(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  // In a container each process may get the number of the one before it.
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'EPERM'
  }
}
