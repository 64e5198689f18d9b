import { hostname } from 'node:os'
import { join } from 'node:path'
import { pid } from 'node:process'
import type { Runtime } from '@millrace/base'
import { writeAll } from './block-file.ts'
import { HOLDER, LOCK } from './directory.ts'
import { diskError, STORE_LOCKED } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { nodeFileSystem } from './node/node-file-system.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  /** ISO 8601. */
  readonly since: string
}

/**
 * Takes the directory for this process and notes who holds it; tells how to release it. Rejects with `STORE_LOCKED`. The lock is
 * the system's, so that of a dead process is free; the note is only read to name who has it.
 */
export async function hold(
  fs: FileSystem,
  directory: string,
  now: number,
): Promise<() => Promise<void>> {
  const release = await lockOf(fs, directory)
  if (release === undefined) {
    throw STORE_LOCKED({ directory, holder: await readHolder(fs, directory) })
  }
  try {
    const holder: Holder = { pid, host: hostname(), since: new Date(now).toISOString() }
    const file = await fs.create(join(directory, HOLDER))
    await writeAll(file, new TextEncoder().encode(`${JSON.stringify(holder)}\n`))
    await file.close()
  } catch (error) {
    await release()
    throw error
  }
  return release
}

/** Between two looks at whether somebody still holds a directory. */
const LOOK_MS = 100

/**
 * Resolves once no process holds the state in a directory, and holds it no longer than it takes to see that. Rejects with
 * `STORE_LOCKED` where one still does after `timeoutMs`, and with errors of the disk.
 */
export async function untilFree(options: {
  readonly directory: string
  readonly timeoutMs: number
  readonly runtime: Pick<Runtime, 'monotonic' | 'timer'>
  /** The disk of this machine by default. */
  readonly fs?: FileSystem
}): Promise<void> {
  const { directory, fs = nodeFileSystem, runtime, timeoutMs } = options
  const deadlineMs = runtime.monotonic() + timeoutMs
  for (;;) {
    const release = await lockOf(fs, directory)
    if (release !== undefined) return release()
    if (runtime.monotonic() >= deadlineMs) {
      throw STORE_LOCKED({ directory, holder: await readHolder(fs, directory) })
    }
    await new Promise<void>((resolve) => {
      runtime.timer(LOOK_MS, resolve)
    })
  }
}

async function lockOf(
  fs: FileSystem,
  directory: string,
): Promise<(() => Promise<void>) | undefined> {
  const path = join(directory, LOCK)
  try {
    return await fs.lock(path)
  } catch (error) {
    throw diskError(error, path)
  }
}

/** The note is not synced and may be half written: what it does not say is not known. */
async function readHolder(fs: FileSystem, directory: string): Promise<Holder | undefined> {
  const path = join(directory, HOLDER)
  try {
    const text = new TextDecoder().decode(await fs.read(path, 0, await fs.size(path)))
    const note = JSON.parse(text) as Partial<Holder>
    const { pid: id, host, since } = note
    return typeof id === 'number' && typeof host === 'string' && typeof since === 'string'
      ? { pid: id, host, since }
      : undefined
  } catch {
    return undefined
  }
}
