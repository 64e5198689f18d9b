import { matchesGlob, normalize } from 'node:path'
import { CFG_FILE_SHARED } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import { sinkOf, sourceOf, type Part } from '../build/part.ts'
import { locate } from './check-parameters.ts'

/** Whether a file has a name, or is one that a pattern matches: most names are none, and the first match loads a library. */
function matches(file: string, name: string): boolean {
  if (file === name) return true
  const plain = (path: string): string => normalize(path).toLowerCase()
  return (/[*?[{(\\]/.test(name) || plain(file) === plain(name)) && matchesGlob(file, name)
}

/** Refuses a file that is written twice, or read and written, in one job. Patterns of sources count for every file they match. */
export function checkFiles(parts: Iterable<Part>, context: LoadContext): void {
  const read = new Set<string>()
  const written = new Set<string>()
  const all = [...parts]
  for (const part of all) {
    const source = sourceOf(part)
    if (source === undefined || part.parameters === undefined) continue
    const { value } = part.parameters
    const ask = () => source.definition.readsFiles?.(value) ?? []
    for (const file of askDefinition(source, 'readsFiles', ask, part.entry.where)) read.add(file)
  }
  for (const part of all) {
    const sink = sinkOf(part)
    if (sink === undefined || part.parameters === undefined) continue
    const { value } = part.parameters
    const ask = () => sink.definition.writesFiles?.(value) ?? []
    for (const file of askDefinition(sink, 'writesFiles', ask, part.entry.where)) {
      const where = locate(part.entry.parameters, ['path'], part.entry.where)
      const isRead = [...read].some((name) => matches(file, name))
      const problem = isRead ? 'both read and written' : 'written twice'
      if (isRead || written.has(file)) {
        context.faults.push(CFG_FILE_SHARED({ file, problem }, where))
      }
      written.add(file)
    }
  }
}
