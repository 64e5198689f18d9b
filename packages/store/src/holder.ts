import { hostname } from 'node:os'
import { join } from 'node:path'
import { pid } from 'node:process'
import { writeAll } from './block-file.ts'
import { HOLDER, LOCK } from './directory.ts'
import { STORE_LOCKED } from './errors.ts'
import type { FileSystem } from './file-system.ts'

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
  const release = await fs.lock(join(directory, LOCK))
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
