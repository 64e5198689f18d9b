import { nodeOf, type MapEntry } from '../document/config-node.ts'
import { CFG_ENDPOINT } from '../errors.ts'
import type { Entry, NormalPipeline } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'

/** A file given by flag; `id` names the source or sink whose place it takes. */
export interface Endpoint {
  readonly id?: string | undefined
  readonly path: string
}

/** Gives sources and sinks the files of the flags: another path where they are files, else a file in their place. */
export function applyEndpoints(
  pipeline: NormalPipeline,
  role: 'source' | 'sink',
  endpoints: readonly Endpoint[],
  context: LoadContext,
): void {
  const flag = role === 'source' ? '--input' : '--output'
  const done = new Set<string>()
  for (const { id, path } of endpoints) {
    const where = { file: flag, path }
    const own = pipeline.entries.filter((entry) => entry.role === role)
    const plain = own.filter(({ isDeadLetter }) => !isDeadLetter)
    const ids = own.map((entry) => entry.id)
    const refuse = (problem: string, hint: string): void => {
      context.faults.push(CFG_ENDPOINT({ flag, problem, hint }, where))
    }
    let entry = own.find((candidate) => candidate.id === id)
    if (id === undefined) {
      if (plain.length > 1) {
        refuse(
          `must say which ${role} it means: there are ${plain.map((one) => one.id).join(', ')}`,
          `Write ${flag} ${plain[0]?.id ?? role}=${path}.`,
        )
        continue
      }
      entry = plain[0]
    } else if (entry === undefined && (plain.length > 0 || id !== role)) {
      refuse(`names no ${role} "${id}"`, `There are: ${ids.join(', ') || 'none'}.`)
      continue
    }
    const key = entry?.id ?? role
    if (done.has(key)) refuse(`is given twice for "${key}"`, 'Give it once.')
    done.add(key)
    const value = nodeOf(path, where, 'flag')
    const isTaken = entry === undefined && pipeline.entries.some((other) => other.id === role)
    if (isTaken) refuse(`needs the id "${role}", which a stage has`, 'Give the stage another id.')
    else if (entry === undefined) pipeline.entries.push(newEntry(role, where, value))
    else replaceFile(pipeline, entry, { key: 'path', where, value })
  }
}

function newEntry(
  role: 'source' | 'sink',
  where: Entry['where'],
  parameters: MapEntry['value'],
): Entry {
  return {
    role,
    isDeadLetter: false,
    module: 'file',
    where,
    path: role,
    id: role,
    keys: new Map(),
    parameters,
  }
}

function replaceFile(pipeline: NormalPipeline, entry: Entry, path: MapEntry): void {
  const isFile = entry.module === 'file' || entry.module === '@millrace/file'
  if (isFile && entry.parameters?.kind === 'map') {
    entry.parameters.entries.set('path', path)
    return
  }
  const keys = new Map(entry.keys)
  keys.delete('module')
  const index = pipeline.entries.indexOf(entry)
  const replaced: Entry = {
    ...entry,
    module: 'file',
    where: path.where,
    keys,
    parameters: path.value,
  }
  pipeline.entries[index] = isFile ? { ...replaced, where: entry.where } : replaced
}
