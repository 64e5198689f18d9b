import { opendirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** How many names of a folder are looked at; nearly all have letters. */
const lookedAtMax = 16

/**
 * Whether names that differ only in case, or in how accents are composed, are one file in a folder, as on macOS and Windows. Where
 * the folder is empty or not there yet, the ones above it say so.
 */
export function isCaseBlind(folder: string): boolean {
  for (const name of namesIn(folder)) {
    const same = meansSame(folder, name)
    if (same !== undefined) return same
  }
  const above = dirname(folder)
  return above !== folder && (meansSame(above, basename(folder)) ?? isCaseBlind(above))
}

/** One spelling for all names that such a folder takes for the same. */
export function foldedName(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

function namesIn(folder: string): readonly string[] {
  try {
    const entries = opendirSync(folder)
    try {
      const names: string[] = []
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (names.push(entry.name) === lookedAtMax) break
      }
      return names
    } finally {
      entries.closeSync()
    }
  } catch {
    return []
  }
}

/** Whether the name in the other case is the same file; undefined where it has no case or is not there. */
function meansSame(folder: string, name: string): boolean | undefined {
  const upper = name.toUpperCase()
  const other = upper === name ? name.toLowerCase() : upper
  if (other === name) return undefined
  const own = identityOf(join(folder, name))
  return own === undefined ? undefined : own === identityOf(join(folder, other))
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
