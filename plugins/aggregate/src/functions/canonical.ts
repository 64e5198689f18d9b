/** One text per value: 1 and '1' differ, the order of an object's fields does not matter. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return `"${value}`
  if (Array.isArray(value)) return `[${value.map((item) => quoted(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => `${JSON.stringify(name)}:${quoted(item)}`)
    return `{${fields.join(',')}}`
  }
  // -0 and 0 are one number.
  return String(value)
}

/** Inside a list or object a text needs its closing quote. */
function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : canonical(value)
}
