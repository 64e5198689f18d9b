import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of the files in a folder, those that go meanwhile left out. */
export function bytesIn(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => {
    const found = statSync(join(directory, name), { throwIfNoEntry: false })
    return sum + (found?.size ?? 0)
  }, 0)
}
