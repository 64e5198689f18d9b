import { statSync } from 'node:fs'
import { dirname, matchesGlob } from 'node:path'
import { foldedName, isCaseBlind } from './case-blind.ts'
import { FILE_SHARED } from './errors.ts'
import { realPath } from './real-path.ts'

/** A part of the job that reads or writes a file. */
export interface Holder {
  readonly id: string
  readonly use: 'reads' | 'writes'
  /** As the part names it. */
  readonly path: string
}

/** Under this name the sources and sinks of a job share what they hold. */
export const filesInUse = '@millrace/file/files-in-use'

/**
 * The files that the sources and sinks of one job hold, so that none writes what another reads or writes. Parts of all plugins share
 * one: `shared?.(filesInUse, () => new FilesInUse())` in `create`.
 */
export class FilesInUse {
  readonly #holders = new Map<string, Holder>()
  readonly #patterns: { readonly holder: Holder; readonly real: string }[] = []
  readonly #isBlind: (folder: string) => boolean
  readonly #blind = new Map<string, boolean>()

  /** `isBlind` says whether a folder takes names that differ only in case for one. Default: the folder is asked. */
  constructor(isBlind: (folder: string) => boolean = isCaseBlind) {
    this.#isBlind = isBlind
  }

  /** Takes a file, under whatever name, for a part; the other holder where that cannot be. */
  hold(holder: Holder): Holder | undefined {
    const real = realPath(holder.path)
    const identity = identityOf(real)
    // Pipes and devices are not replaced, and each reads its own.
    if (identity === 'special') return undefined
    const spell = this.#spelling(dirname(real))
    const name = spell(real)
    const keys = identity === undefined ? [name] : [name, identity]
    const other =
      keys.map((key) => this.#holders.get(key)).find((held) => held && clash(held, holder)) ??
      this.#patterns.find(
        (held) => clash(held.holder, holder) && matchesGlob(name, spell(held.real)),
      )?.holder
    if (other !== undefined) return other
    for (const key of keys) if (!this.#holders.has(key)) this.#holders.set(key, holder)
    return undefined
  }

  /** What names stand for in a folder: themselves, or the one spelling of all that mean the same there. */
  #spelling(folder: string): (path: string) => string {
    let isBlind = this.#blind.get(folder)
    if (isBlind === undefined) this.#blind.set(folder, (isBlind = this.#isBlind(folder)))
    return isBlind ? foldedName : (path) => path
  }

  /** As `hold`, for paths that do not depend on records. Throws FILE_SHARED. */
  take(holder: Holder): void {
    const other = this.hold(holder)
    if (other !== undefined)
      throw FILE_SHARED({ path: holder.path, other: other.id, use: other.use })
  }

  /** All files that a pattern matches, also those that are not there yet. */
  takePattern(id: string, pattern: string): void {
    const holder: Holder = { id, use: 'reads', path: pattern }
    this.#patterns.push({ holder, real: realPath(pattern) })
  }
}

function clash(one: Holder, other: Holder): boolean {
  if (one.use === 'reads' && other.use === 'reads') return false
  return one.id !== other.id || one.path !== other.path
}

/** What tells a file from all others, whatever it is called; undefined when it does not exist. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined || stats.isDirectory()) return undefined
  return stats.isFile() ? `${stats.dev}:${stats.ino}` : 'special'
}
