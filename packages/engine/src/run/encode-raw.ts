const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Raw input as text: as it is where it is UTF-8, else base64. */
export function encodeRaw(raw: string | Uint8Array): string {
  if (typeof raw === 'string') return raw
  try {
    return utf8.decode(raw)
  } catch {
    return toBase64(raw)
  }
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index
    const first = bytes[index] ?? 0
    const second = bytes[index + 1] ?? 0
    const third = bytes[index + 2] ?? 0
    parts.push(
      alphabet[first >> 2] ?? '',
      alphabet[((first & 3) << 4) | (second >> 4)] ?? '',
      left > 1 ? (alphabet[((second & 15) << 2) | (third >> 6)] ?? '') : '=',
      left > 2 ? (alphabet[third & 63] ?? '') : '=',
    )
  }
  return parts.join('')
}
