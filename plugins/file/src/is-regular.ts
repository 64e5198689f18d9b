import { statSync } from 'node:fs'
import { standardStream } from './format.ts'

/** Whether a path is that of a file, or of none yet: not so with standard streams, pipes and devices. */
export function isRegular(path: string): boolean {
  if (path === standardStream) return false
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined || stats.isFile() || stats.isDirectory()
}
