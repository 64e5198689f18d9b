import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Scratch } from '../spill/scratch.ts'

/** Makes a file in a folder, which is made where it does not exist. It has lost its name when this returns: whatever ends the process, the system takes it back. */
export function nodeScratch(directory: string): Scratch {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `spill-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  try {
    rmSync(path)
  } catch (error) {
    closeSync(file)
    throw error
  }
  let isOpen = true
  // The system gives the number of a file that was closed to another one.
  const check = (): void => {
    if (!isOpen) throw Object.assign(new Error('the file is closed'), { code: 'EBADF' })
  }
  return {
    write(bytes, offset) {
      check()
      for (let at = 0; at < bytes.length;) {
        at += writeSync(file, bytes, at, bytes.length - at, offset + at)
      }
    },
    read(into, offset) {
      check()
      for (let at = 0; at < into.length;) {
        const count = readSync(file, into, at, into.length - at, offset + at)
        if (count === 0) throw Object.assign(new Error('the file ends too early'), { code: 'EIO' })
        at += count
      }
    },
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}
