const quote = 34
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** Levels of lists and objects in one value. What nests deeper breaks whoever walks it, so it counts as malformed. */
const depthMax = 1000

/** Whether JSON nests deeper than 1,000 levels. Valid JSON of up to 2,000 bytes cannot, so it costs nothing. */
export function isTooDeep(bytes: Buffer, start: number, end: number): boolean {
  if (end - start <= 2 * depthMax) return false
  let depth = 0
  let inText = false
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === backslash) at++
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > depthMax) return true
    } else if (byte === closeBrace || byte === closeBracket) depth--
  }
  return false
}
