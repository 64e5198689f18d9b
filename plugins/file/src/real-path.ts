import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** A path without links, in the spelling of the file system; what does not exist yet, or is a pattern, keeps its name. */
export function realPath(path: string): string {
  const full = resolve(path)
  try {
    return realpathSync.native(full)
  } catch {
    const folder = dirname(full)
    return folder === full ? full : join(realPath(folder), basename(full))
  }
}
