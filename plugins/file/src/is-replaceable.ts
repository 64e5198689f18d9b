import { statSync } from 'node:fs'
import { standardStream } from './format.ts'

/** Whether a new file can take the place of what stands at a path: not so with standard output, pipes and devices. */
export function isReplaceable(path: string): boolean {
  if (path === standardStream) return false
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined || stats.isFile() || stats.isDirectory()
}
