import { formatSize, parseSize } from '@millrace/base'
import { jobDefaults } from '@millrace/sdk'
import { innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { placeOf, type Place, readLeaf, readMap } from './read-value.ts'

/** Reads `journal: true | { maxSize }`: the bytes it may take. Undefined: there is none. */
export function readJournal(place: Place, context: LoadContext): number | undefined {
  const { node, path } = place
  if (node?.kind === 'map') {
    const entries = readMap(place, context, innerKeys.journal)?.entries ?? new Map()
    return readSize(placeOf(entries, 'maxSize', path, 'journal'), context)
  }
  const isOn = readLeaf(place, context, 'true, false or a map with maxSize', ({ text, value }) => {
    if (value === true || text === 'true') return true
    return value === false || text === 'false' ? false : undefined
  })
  if (isOn !== true) return undefined
  return usual(`${path}.maxSize`, context)
}

function readSize(place: Place, context: LoadContext): number {
  if (place.node === undefined) return usual(place.path, context)
  const bytes = readLeaf(place, context, 'a size above 0 with a unit, such as 1GiB', ({ text }) => {
    const size = parseSize(text)
    return size !== undefined && size > 0 ? size : undefined
  })
  return bytes ?? jobDefaults.journal.maxBytes
}

function usual(path: string, context: LoadContext): number {
  const { maxBytes } = jobDefaults.journal
  context.addDefault(path, formatSize(maxBytes))
  return maxBytes
}
