/** Lines of aligned columns, two spaces apart: the first column to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

/** A count with commas. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US')

/** A threshold: nearly 1 it is told by what it lacks. */
export function thresholdText(threshold: number | undefined): string {
  if (threshold === undefined) return 'per group'
  if (threshold === Infinity) return 'none'
  return threshold > 0.999 && threshold < 1
    ? `1 - ${Number((1 - threshold).toPrecision(3))}`
    : threshold
        .toPrecision(6)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
}
