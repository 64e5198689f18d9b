import { isAscii, isUtf8 } from 'node:buffer'
import { FILE_DEPTH, FILE_JSON, FILE_UTF8 } from '../errors.ts'
import type { Encoding } from './decoder.ts'
import type { EntryBatch } from './entry-batch.ts'
import { findJsonFault } from './json-fault.ts'
import { isTooDeep } from './nesting.ts'

/** Methods of every Buffer that its types do not name; they spare each text the look-up of an encoding. */
export type Sliceable = Buffer & {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** Looks at all whole lines of a chunk at once. What stands behind the last newline may end inside a character. */
export function encodingOf(chunk: Buffer, from: number): Encoding {
  return encodingOfAll(chunk.subarray(from, chunk.lastIndexOf(10) + 1))
}

export function encodingOfAll(bytes: Buffer): Encoding {
  return isAscii(bytes) ? 'ascii' : isUtf8(bytes) ? 'utf8' : 'unknown'
}

/** The text of some bytes; undefined, and a malformed entry, when they are not UTF-8. */
export function decodeText(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: Encoding,
  line: number,
  out: EntryBatch,
): string | undefined {
  if (encoding === 'ascii') return (bytes as Sliceable).latin1Slice(start, end)
  if (encoding === 'utf8') return (bytes as Sliceable).utf8Slice(start, end)
  const entry = bytes.subarray(start, end)
  if (isUtf8(entry)) return (bytes as Sliceable).utf8Slice(start, end)
  out.reject(line, entry, FILE_UTF8, 'The text is not valid UTF-8.')
  return undefined
}

/** Decodes one JSON value into the batch: as a record, or as a malformed entry that says where it is wrong. */
export function decodeJson(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: Encoding,
  line: number,
  out: EntryBatch,
): void {
  if (isTooDeep(bytes, start, end)) {
    const message = 'The value nests deeper than 1,000 levels.'
    out.reject(line, bytes.subarray(start, end), FILE_DEPTH, message)
    return
  }
  const text = decodeText(bytes, start, end, encoding, line, out)
  if (text === undefined) return
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    out.reject(line, bytes.subarray(start, end), FILE_JSON, findJsonFault(text))
    return
  }
  out.add(value, line)
}

/** Decodes one line as the text it is. */
export function decodeLine(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: Encoding,
  line: number,
  out: EntryBatch,
): void {
  const text = decodeText(bytes, start, end, encoding, line, out)
  if (text !== undefined) out.add(text, line)
}
