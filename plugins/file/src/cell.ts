/** How cells of CSV become values: by their look, never, or by column. */
export type CellTypes = 'infer' | 'strings' | Readonly<Record<string, CellType>>
export type CellType = 'string' | 'number' | 'boolean'

/** The columns that have a type of their own. */
export function typedColumns(types: CellTypes): readonly string[] {
  return typeof types === 'object' ? Object.keys(types) : []
}

/** The value that unquoted text stands for: null, a boolean, a number that prints as the same text, or the text. */
export function inferCell(text: string): unknown {
  if (text === '') return null
  const first = text.charCodeAt(0)
  // Digits, minus, plus never (it does not print again), and the words below.
  if ((first >= 48 && first <= 57) || first === 45) {
    const value = Number(text)
    return Number.isFinite(value) && String(value) === text ? value : text
  }
  if (text === 'true') return true
  if (text === 'false') return false
  return text
}

/** The value of a cell whose column has a type; undefined when the text is none of that type. */
export function typedCell(text: string, type: CellType, quoted: boolean): unknown {
  if (type === 'string') return text === '' && !quoted ? null : text
  if (text === '') return null
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** One value as a cell. Text that would be read as something else is quoted, so that it comes back as it was. */
export function formatCell(value: unknown, delimiter: string): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return needsQuotes(text, delimiter) ? `"${text.replaceAll('"', '""')}"` : text
}

function needsQuotes(text: string, delimiter: string): boolean {
  return (
    text.includes(delimiter) ||
    /["\r\n]|^\s|\s$/.test(text) ||
    text.startsWith('\uFEFF') ||
    inferCell(text) !== text
  )
}
