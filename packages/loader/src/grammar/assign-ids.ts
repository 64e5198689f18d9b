import { idPattern, type MillraceError } from '@millrace/base'
import { CFG_ENDPOINT, CFG_ID, CFG_ID_TAKEN, CFG_TYPE } from '../errors.ts'
import { describeNode } from '../document/config-node.ts'
import { moduleName, type Entry, type Nest } from './entry.ts'

/** What gets an id: an entry, or what stages stand in. */
interface Named extends Pick<Nest, 'keys' | 'module' | 'where'> {
  readonly within?: Nest | undefined
  id: string
}

/**
 * Gives every entry its id: the one it has, else the module's name, then `-2` and so on. Ids are unique in a job; those of nested stages
 * begin with that of what they stand in.
 */
export function assignIds(
  entries: readonly Entry[],
  nests: readonly Nest[],
  faults: MillraceError[],
): void {
  assignWithin(undefined, [...entries, ...nests], faults)
  // Each stands behind what it stands in.
  for (const nest of nests) assignWithin(nest, [...entries, ...nests], faults)
  for (const entry of entries) entry.path = overridePath(entry)
}

function assignWithin(
  within: Nest | undefined,
  all: readonly Named[],
  faults: MillraceError[],
): void {
  const own = all.filter((named) => named.within === within)
  const prefix = within === undefined ? '' : `${within.id}/`
  const taken = new Map<string, Named>()
  const freeId = (name: string): string => {
    let id = name
    for (let next = 2; taken.has(id); next++) id = `${name}-${next}`
    return id
  }
  const take = (named: Named, id: string): void => {
    taken.set(id, named)
    named.id = prefix + id
  }
  const reserve = (named: Named, id: string): void => {
    const where = named.keys.get('id')?.value.where ?? named.where
    const first = taken.get(id)
    if (!idPattern.test(id)) faults.push(CFG_ID({ id }, where))
    else if (first !== undefined) {
      faults.push(CFG_ID_TAKEN({ id, line: first.where.line ?? 0 }, where))
    }
    // A second one goes on under a name of its own, so that nothing else seems wrong with it.
    take(named, first === undefined ? id : freeId(id))
  }
  for (const named of own) {
    const key = named.keys.get('id')?.value
    if (key === undefined) {
      if (named.id !== '') reserve(named, named.id)
    } else if (key.kind === 'scalar' && key.value !== null && key.text !== '') {
      reserve(named, key.text)
    } else {
      const got = describeNode(key)
      faults.push(CFG_TYPE({ what: '"id"', expected: 'a name', got }, key.where))
    }
  }
  for (const named of own) if (named.id === '') take(named, freeId(moduleName(named.module)))
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
