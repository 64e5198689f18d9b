import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { FILE_REPLACED, FILE_SHRUNK, fileError } from '../errors.ts'
import { statInput } from './open-input.ts'

/** What a file is known by when it is read on later: the print of its first bytes, packed as they are. */
export interface Identity {
  readonly bytes: number
  readonly print: string
}

const bytesMax = 4096

/**
 * What a file is known by from now on. `before`: what it was known by when `read` bytes of it had been read, 0 where nobody can
 * compare. Throws FILE_REPLACED where its beginning has changed, FILE_SHRUNK where it has lost what was read.
 */
export async function identify(
  path: string,
  before: Identity | undefined,
  read: number,
): Promise<Identity> {
  const { size } = await statInput(path)
  try {
    const handle = await open(path, 'r')
    try {
      // Behind a last line without a newline a position counts the one that is not there.
      if (size < read - 1) throw FILE_SHRUNK({ path, read, size })
      const head = Buffer.alloc(Math.min(bytesMax, size))
      const { bytesRead } = await handle.read(head, 0, head.length, 0)
      const found = head.subarray(0, bytesRead)
      if (before !== undefined && printOf(found.subarray(0, before.bytes)) !== before.print) {
        throw FILE_REPLACED({ path })
      }
      return { bytes: bytesRead, print: printOf(found) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw fileError(error, path, true)
  }
}

function printOf(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('base64url').slice(0, 16)
}
