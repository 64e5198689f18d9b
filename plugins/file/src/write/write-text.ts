/** The value cannot be written, or takes longer, in the way that was tried. */
export const NOT_SHORT = -1

/** Texts up to this length are looked through one by one; the generic way does more of the longer ones at once. */
export const SHORT_TEXT_MAX = 64

/** No short text takes more bytes in quotes, and no number. */
export const SHORT_BYTES_MAX: number = 3 * SHORT_TEXT_MAX + 2

/** Writes a character that is not ASCII; gives the place behind it, NOT_SHORT for one of two halves. There must be room. */
export function writeCharacter(bytes: Buffer, at: number, code: number): number {
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6)
    bytes[at + 1] = 0x80 | (code & 0x3f)
    return at + 2
  }
  if (code >= 0xd800 && code < 0xe000) return NOT_SHORT
  bytes[at] = 0xe0 | (code >> 12)
  bytes[at + 1] = 0x80 | ((code >> 6) & 0x3f)
  bytes[at + 2] = 0x80 | (code & 0x3f)
  return at + 3
}

/** Writes a text of ASCII; gives the place behind it. There must be room. */
export function writeAscii(bytes: Buffer, from: number, text: string): number {
  for (let at = 0; at < text.length; at++) bytes[from + at] = text.charCodeAt(at)
  return from + text.length
}
