const decimalUnits: readonly (readonly [name: string, bytes: number])[] = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
]
const binaryUnits: readonly (readonly [name: string, bytes: number])[] = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
]
const bytesByUnit = new Map(
  [...decimalUnits, ...binaryUnits, ['B', 1] as const].map(([name, bytes]) => [
    name.toLowerCase(),
    bytes,
  ]),
)

/**
 * Bytes of a text such as `64kB` (1,000 each), `1MiB` (1,048,576 each) or `512B`; the unit's case does not matter.
 * Undefined when the text is not a size; a number without a unit is none.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(text)
  const unit = bytesByUnit.get(match?.[2]?.toLowerCase() ?? '')
  if (match === null || unit === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A number of bytes as text: exact where it is a whole number of some unit (`64kB`, `1MiB`), else with one decimal (`35.2MB`). */
export function formatSize(bytes: number): string {
  for (const [name, size] of [...binaryUnits, ...decimalUnits]) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${name}`
  }
  for (const [name, size] of decimalUnits) {
    if (bytes >= size) return `${Math.round((bytes / size) * 10) / 10}${name}`
  }
  return `${bytes}B`
}
