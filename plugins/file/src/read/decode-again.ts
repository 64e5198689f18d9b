import { isUtf8 } from 'node:buffer'
import type { Decoded } from '@millrace/sdk'
import { FILE_JSON, FILE_UTF8 } from '../errors.ts'
import type { Decoder } from './decoder.ts'
import { EntryBatch, rawBytesMax } from './entry-batch.ts'

// A character cut off at the limit is left out, so up to three bytes are missing from what was cut there.
const cutBytes = rawBytesMax - 3

/** Decodes one entry that was malformed when it was read; `raw` is text, or base64 where it was not UTF-8. */
export function decodeAgain(raw: string, code: string, decoder: Decoder): Decoded {
  const bytes = bytesOf(raw, code)
  if (bytes.length >= cutBytes) {
    const message = 'Only the start of the entry was kept, so it cannot be read again.'
    return { code, message }
  }
  const batch = new EntryBatch(0)
  for (let at = 0; at < bytes.length;) at = decoder.decode(bytes, at, batch)
  decoder.end(batch)
  const { values, malformed = [] } = batch.take(0, undefined)
  const [fault] = malformed
  if (fault !== undefined) return { code: fault.code, message: fault.message }
  if (values.length === 1) return { value: values[0] }
  const message = `One entry was expected; the text holds ${values.length}.`
  return { code: FILE_JSON, message }
}

/** Whoever mends the text writes text: what still is base64 of something else than UTF-8 was left alone. */
function bytesOf(raw: string, code: string): Buffer {
  const text = Buffer.from(raw)
  if (code !== FILE_UTF8) return text
  const bytes = Buffer.from(raw, 'base64')
  return bytes.toString('base64') === raw && !isUtf8(bytes) ? bytes : text
}
