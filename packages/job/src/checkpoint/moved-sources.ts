import { sep } from 'node:path'
import type { JobCheckpoint } from '@millrace/engine'

/** Where sources stand in a job that was moved: partitions below its old folder, such as files, lie below the new one. */
export function movedSources(
  sources: JobCheckpoint['sources'],
  before: string,
  now: string,
): JobCheckpoint['sources'] {
  if (before === now) return sources
  const start = before.endsWith(sep) ? before : before + sep
  const moved = (name: string): string =>
    name.startsWith(start) ? (now.endsWith(sep) ? now : now + sep) + name.slice(start.length) : name
  return Object.fromEntries(
    Object.entries(sources).map(([id, { done, ends = {}, partitions, ...source }]) => {
      const own = partitions.map((partition) => ({ ...partition, name: moved(partition.name) }))
      const over = Object.entries(ends).map(([name, position]) => [moved(name), position] as const)
      const told = over.length === 0 ? {} : { ends: Object.fromEntries(over) }
      return [id, { ...source, ...told, done: done.map(moved), partitions: own }]
    }),
  )
}
