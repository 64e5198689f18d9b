import type { StageSnapshot } from '@millrace/engine'

/** Which entries are wanted. */
interface Wanted {
  /** Default: all handles. */
  readonly handle: string | undefined
  /** Key fields and the text of their values. */
  readonly keys: readonly (readonly [name: string, value: string])[]
}

/** An entry of state as people read it. */
interface PlainEntry {
  readonly handle: string
  /** By name of the key field; absent without `by`. */
  readonly key?: Readonly<Record<string, unknown>>
  readonly name?: unknown
  /** Epoch ms. */
  readonly time?: number
  readonly value: unknown
}

/** What a stage keeps, entry by entry, as JSON can hold it. `by` are its key fields as the job file has them. */
export function* plainEntries(
  { state }: Pick<StageSnapshot, 'state'>,
  by: readonly string[],
  { handle, keys }: Wanted,
): Iterable<PlainEntry> {
  const names = by.map((text) => text.split(':')[0] ?? text)
  for (const [own, { entries }] of Object.entries(state)) {
    if (handle !== undefined && own !== handle) continue
    for (const { data, key, name, time } of entries) {
      const named = key?.map((value, index) => [names[index] ?? String(index), plain(value)])
      const fields = named === undefined ? undefined : Object.fromEntries(named)
      if (!keys.every(([field, text]) => isText(fields?.[field], text))) continue
      yield {
        handle: own,
        ...(fields !== undefined && { key: fields }),
        ...(name !== undefined && { name: plain(name) }),
        ...(time !== undefined && { time }),
        value: plain(data),
      }
    }
  }
}

const isText = (value: unknown, text: string): boolean =>
  value !== undefined && (value === text || JSON.stringify(value) === text)

/** What JSON does not know is written as people would. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Map) return Array.from(value, (pair) => pair.map(plain))
  if (value instanceof Set) return Array.from(value, plain)
  if (Array.isArray(value)) return value.map(plain)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
