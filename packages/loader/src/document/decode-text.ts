import { isUtf8 } from 'node:buffer'
import type { MillraceError } from '@millrace/base'
import { CFG_ENCODING } from '../errors.ts'

/** The text of a job file, without a byte order mark; or the fault, at its first byte that is not UTF-8. */
export function decodeText(
  bytes: Buffer,
  file: string,
): { readonly text: string } | { readonly fault: MillraceError } {
  if (isUtf8(bytes)) return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') }
  // Written again, the replacement characters differ from what stood there.
  const written = Buffer.from(bytes.toString('utf8'))
  const index = bytes.findIndex((byte, position) => byte !== written[position])
  const before = bytes.subarray(0, index).toString('utf8').split('\n')
  const byte = `0x${(bytes[index] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`
  const where = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return { fault: CFG_ENCODING({ byte }, where) }
}
