import type { BuiltIn } from './built-in.ts'

const list = { name: 'list', kind: 'list' } as const

/** Ends of a list; null where it is empty. */
export const listFunctions: readonly BuiltIn[] = [
  { name: 'first', parameters: [list], call: (items: readonly unknown[]) => items[0] ?? null },
  { name: 'last', parameters: [list], call: (items: readonly unknown[]) => items.at(-1) ?? null },
]
