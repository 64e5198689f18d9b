import type { Sliceable } from './decode-text.ts'

/** Up to this length making a text from its codes is faster than asking the buffer, whose call costs more than the text. */
const shortMax = 16

const codes: readonly number[][] = Array.from({ length: shortMax + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
)

/** The text of ASCII bytes from `start` to before `end`. */
export function asciiText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length > shortMax) return (bytes as Sliceable).latin1Slice(start, end)
  const text = codes[length] as number[]
  for (let at = 0; at < length; at++) text[at] = bytes[start + at] as number
  return String.fromCharCode(...text)
}
