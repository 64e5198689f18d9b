/** The cells of a row, and which of them were quoted (undefined: none). */
export interface Row {
  readonly cells: readonly string[]
  readonly quoted: readonly boolean[] | undefined
}

/** Splits one row of CSV into cells. A sentence when it cannot: what is wrong with its quotes. */
export function parseRow(text: string, delimiter: string): Row | string {
  if (!text.includes('"')) return { cells: text.split(delimiter), quoted: undefined }
  const cells: string[] = []
  const quoted: boolean[] = []
  let at = 0
  for (;;) {
    const isQuoted = text[at] === '"'
    let end: number
    if (isQuoted) {
      end = closingQuote(text, at + 1)
      if (end === -1) return `The quote that opens at character ${at + 1} is never closed.`
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'))
      end += 1
      if (end < text.length && text[end] !== delimiter) {
        return `After the quote that closes at character ${end}, "${delimiter}" was expected; got ${JSON.stringify(text[end])}.`
      }
    } else {
      const next = text.indexOf(delimiter, at)
      end = next === -1 ? text.length : next
      cells.push(text.slice(at, end))
    }
    quoted.push(isQuoted)
    if (end >= text.length) return { cells, quoted }
    at = end + 1
  }
}

/** Index of the quote that closes; a doubled one stands for itself. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
