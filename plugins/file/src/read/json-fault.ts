const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const blank = /[ \t\n\r]*/y

/** Says in one sentence why text is not JSON. Runs only for text that JSON.parse refused, so it may be slow. */
export function findJsonFault(text: string): string {
  if (text.trim() === '') return 'A JSON value was expected; the text is empty.'
  const at = faultAt(text)
  if (at >= text.length) return 'The JSON ends too early.'
  const code = text.charCodeAt(at)
  const found = code < 32 ? `the control character ${code}` : JSON.stringify(text[at])
  return `Not JSON: ${found} at character ${at + 1} does not belong there.`
}

/** Index of the first character that cannot belong to JSON; the length when the text ends too early. */
function faultAt(text: string): number {
  const closers: string[] = []
  let at = 0
  const skip = (pattern: RegExp): number => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0].length ?? 0
  }
  // Moves behind the string's closing quote, or to the fault in it.
  const string = (): boolean => {
    for (at += 1; at < text.length;) {
      const code = text.charCodeAt(at)
      if (code === 34) {
        at += 1
        return true
      }
      const length = code === 92 ? skip(escape) : code < 32 ? 0 : 1
      if (length === 0) return false
      at += length
    }
    return false
  }
  const name = (): boolean => {
    at += skip(blank)
    if (text[at] !== '"' || !string()) return false
    at += skip(blank)
    if (text[at] !== ':') return false
    at += 1
    return true
  }
  for (;;) {
    at += skip(blank)
    const first = text[at]
    if (first === '{' || first === '[') {
      at += 1
      at += skip(blank)
      const closer = first === '{' ? '}' : ']'
      if (text[at] !== closer) {
        closers.push(closer)
        if (first === '{' && !name()) return at
        continue
      }
      at += 1
    } else if (first === '"') {
      if (!string()) return at
    } else {
      const length = skip(scalar)
      if (length === 0) return at
      at += length
    }
    // A value is over: close what ends here, up to the comma before the next one.
    for (;;) {
      at += skip(blank)
      if (closers.length === 0 || text[at] !== closers.at(-1)) break
      closers.pop()
      at += 1
    }
    if (closers.length === 0 || text[at] !== ',') return at
    at += 1
    if (closers.at(-1) === '}' && !name()) return at
  }
}
