import { encodeKey, type KeyValue, TEXT } from './encode-key.ts'
import { finished, hashBytes, stirred } from './hash-bytes.ts'

/** The hash of a key's bytes, `hashBytes(encodeKey([value]))`; a short text in ASCII needs none. */
export function hashKey(values: readonly KeyValue[]): number {
  const [first] = values
  const isText = values.length === 1 && typeof first === 'string'
  return (isText ? hashAscii(first) : undefined) ?? hashBytes(encodeKey(values))
}

/** Undefined for any other text. */
function hashAscii(text: string): number | undefined {
  const { length } = text
  if (length >= 0x80) return undefined
  let hash = 0
  let word = TEXT | (length << 8)
  let shift = 16
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x80) return undefined
    word |= code << shift
    shift += 8
    if (shift < 32) continue
    hash = stirred(hash, word)
    word = 0
    shift = 0
  }
  return finished(hash, word, length + 2)
}
