import type { KeyPart } from '@millrace/engine'

/** Names of the key fields, as in `by`; a map: per input, as many for each. */
export type KeyFields = readonly string[] | Readonly<Record<string, readonly string[]>>

/** The key fields of one input. */
export function keyFieldsOf(by: KeyFields = [], input: string): readonly string[] {
  return isList(by) ? by : (by[input] ?? [])
}

function isList(by: KeyFields): by is readonly string[] {
  return Array.isArray(by)
}

/** How the keys of each input are read, and what they are called in results. */
export function keysOf(by: KeyFields | undefined, inputs: readonly string[]) {
  const names = (input: string): readonly string[] => keyFieldsOf(by, input)
  // The result's keys carry the names of the first input.
  const keys = names(inputs[0] as string)
  const parts = inputs.map((input): [string, readonly KeyPart[]] => [
    input,
    names(input).map((path, index) => {
      const name = keys[index] ?? path
      return { name, description: path, read: (record) => field(record, path) }
    }),
  ])
  return { keys, parts: Object.fromEntries(parts) }
}

function field(record: unknown, name: string): unknown {
  const fields = typeof record === 'object' && record !== null ? record : {}
  return Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : null
}
