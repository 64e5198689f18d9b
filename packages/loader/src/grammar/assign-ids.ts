import { idPattern, type MillraceError } from '@millrace/base'
import { CFG_ENDPOINT, CFG_ID, CFG_ID_TAKEN, CFG_TYPE } from '../errors.ts'
import { describeNode } from '../document/config-node.ts'
import { moduleName, type Entry } from './entry.ts'

/** Gives every entry its id: the one it has, else the module's name, then `-2` and so on. Ids are unique in a job. */
export function assignIds(entries: readonly Entry[], faults: MillraceError[]): void {
  const taken = new Map<string, Entry>()
  const freeId = (name: string): string => {
    let id = name
    for (let next = 2; taken.has(id); next++) id = `${name}-${next}`
    return id
  }
  const reserve = (entry: Entry, id: string): void => {
    const where = entry.keys.get('id')?.value.where ?? entry.where
    const first = taken.get(id)
    if (!idPattern.test(id)) faults.push(CFG_ID({ id }, where))
    else if (first !== undefined) {
      faults.push(CFG_ID_TAKEN({ id, line: first.where.line ?? 0 }, where))
    }
    // A second one goes on under a name of its own, so that nothing else seems wrong with it.
    entry.id = first === undefined ? id : freeId(id)
    taken.set(entry.id, entry)
  }
  for (const entry of entries) {
    const own = entry.keys.get('id')?.value
    if (own === undefined) {
      if (entry.id !== '') reserve(entry, entry.id)
    } else if (own.kind === 'scalar' && own.value !== null && own.text !== '') {
      reserve(entry, own.text)
    } else {
      const got = describeNode(own)
      faults.push(CFG_TYPE({ what: '"id"', expected: 'a name', got }, own.where))
    }
  }
  for (const entry of entries) {
    if (entry.id === '') {
      entry.id = freeId(moduleName(entry.module))
      taken.set(entry.id, entry)
    }
    entry.path = overridePath(entry)
  }
}

/**
 * Keeps the ids of the source and the sink that the file leaves out for those that the caller brings. A default id gives way;
 * one that was chosen is a fault.
 */
export function keepIds(entries: readonly Entry[], faults: MillraceError[]): void {
  for (const role of ['source', 'sink'] as const) {
    if (entries.some((entry) => entry.role === role && !entry.isDeadLetter)) continue
    const taken = entries.find(({ id }) => id === role)
    if (taken === undefined) continue
    const own = taken.keys.get('id')?.value
    if (own !== undefined || taken.role !== 'stage') {
      const problem = `needs the id "${role}", which a ${taken.role} has`
      const hint = `Give the ${taken.role} another id, or add a ${role} to the file.`
      const flag = `The ${role} given in code`
      faults.push(CFG_ENDPOINT({ flag, problem, hint }, own?.where ?? taken.where))
    }
    const ids = entries.map(({ id }) => id)
    for (let next = 2; ids.includes(taken.id); next++) taken.id = `${role}-${next}`
    taken.path = overridePath(taken)
  }
}

function overridePath(entry: Entry): string {
  if (entry.isDeadLetter) return 'deadLetter'
  if (entry.role === 'stage') return `stages.${entry.id}`
  if (entry.role === 'resource') return `resources.${entry.id}`
  return entry.id === entry.role ? entry.role : `${entry.role}s.${entry.id}`
}
