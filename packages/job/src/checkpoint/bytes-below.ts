import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '@millrace/base'
import { JOB_STATE_FILE } from '../errors.ts'

/** Bytes of a file, or of all files below a folder; what is not there, or goes meanwhile, has none. Rejects with JOB_STATE_FILE. */
export async function bytesBelow(path: string): Promise<number> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory()) return found.size
    let bytes = 0
    for (const name of await readdir(path)) bytes += await bytesBelow(join(path, name))
    return bytes
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw JOB_STATE_FILE({ file: path, reason: messageOf(error) }, {}, error)
  }
}
