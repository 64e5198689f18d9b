import { openStore } from './open-store.ts'
import type { SimulatedDisk } from './simulated/simulated-disk.ts'
import type { SectionWrite, Store } from './store.ts'

/** The store of job `flights` in `/state`. */
export function open(disk: SimulatedDisk, options: { worthBytes?: number; anew?: boolean } = {}) {
  const clock = { now: () => Date.UTC(2026, 10, 21) }
  return openStore({ directory: '/state', job: 'flights', fs: disk.start(), clock, ...options })
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The blocks of a section, as text. */
export async function textOf(store: Store, section: string): Promise<string[]> {
  return (await store.read(section)).map((block) => new TextDecoder().decode(block))
}

/** Writes for a commit: text is appended, a list of texts replaces. */
export function sectionsOf(
  texts: Readonly<Record<string, string | readonly string[]>>,
): ReadonlyMap<string, SectionWrite> {
  return new Map(
    Object.entries(texts).map(([name, text]): [string, SectionWrite] => [
      name,
      typeof text === 'string'
        ? { blocks: [encode(text)] }
        : { blocks: text.map(encode), replace: true },
    ]),
  )
}
