/** The type of a value in the words of the expression language. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' ? 'map' : typeof value
}

/** The type and, for short plain values, the value: `string "yes"`, `number 5`, `list`. */
export function describe(value: unknown): string {
  const kind = kindOf(value)
  if (kind === 'string') {
    const text = String(value)
    return `string ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`
  }
  return kind === 'number' || kind === 'boolean' ? `${kind} ${String(value)}` : kind
}
