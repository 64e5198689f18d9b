import { stripVTControlCharacters } from 'node:util'

/** How a column stands. */
export type Align = 'left' | 'right'

/** Columns that a text takes on a terminal: one per character, two for wide ones, none for styles. */
export function textWidth(text: string): number {
  const bare = stripVTControlCharacters(text)
  let width = 0
  for (const character of bare) {
    const code = character.codePointAt(0) ?? 0
    width += isWide(code) ? 2 : isZero(code) ? 0 : 1
  }
  return width
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff)
  )
}

function isZero(code: number): boolean {
  return (code >= 0x300 && code <= 0x36f) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)
}

/** Lines of aligned columns, two spaces apart, without trailing spaces. Missing cells are empty. */
export function alignRows(
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, textWidth(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - textWidth(cell))
        return align[column] === 'right' ? gap + cell : cell + gap
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Shortens a text to `width` columns; the cut is shown by an ellipsis. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (textWidth(kept + character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}
