import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { firstMark, isAbandoned } from './owner.ts'
import { dropTemporary } from './temporary-files.ts'

/** `partial`: goes with its process. `pending`: a durable checkpoint may name it, so only its own job takes it away. */
export type HiddenKind = 'partial' | 'pending'

const partialName = /^\..+\.([a-z0-9-]+)\.partial$/
const hiddenName = /^\..*\.([a-z0-9_-]+)\.(?:partial|pending)$/
const shownMax = 60

/** The file beside `real` that is written in its place, under a name that no pattern such as *.jsonl finds. */
export function hiddenPath(real: string, mark: string, kind: HiddenKind): string {
  const name = basename(real)
  const rest =
    name.length > shownMax ? `.${createHash('sha1').update(name).digest('hex').slice(0, 8)}` : ''
  return join(dirname(real), `.${name.slice(0, shownMax)}${rest}.${mark}.${kind}`)
}

/** Takes away what killed processes have left unfinished in a folder; never what a live one writes, or a checkpoint names. `deep`: in the folders below too. */
export async function removeAbandoned(folder: string, deep = false): Promise<void> {
  const found = await filesIn(folder, deep)
  for (const { name, parentPath } of found) {
    const mark = partialName.exec(name)?.[1]
    if (mark === undefined || !isAbandoned(mark)) continue
    await rm(join(parentPath, name), { force: true }).catch(() => undefined)
  }
}

/** Renames a hidden file whose checkpoint is durable; false where there is none. */
export async function keepHidden(real: string, mark: string): Promise<boolean> {
  const partial = hiddenPath(real, mark, 'partial')
  try {
    await rename(partial, hiddenPath(real, mark, 'pending'))
    dropTemporary(partial)
    return true
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
    return false
  }
}

/** Takes away the hidden files of a run, whatever turn it has come to, but for those that are expected. `deep`: in the folders below too. */
export async function removeHidden(
  folder: string,
  options: {
    readonly mark: string
    readonly expected: ReadonlySet<string>
    readonly deep: boolean
  },
): Promise<void> {
  const isOfRun = hiddenOf(options.mark)
  const found = await filesIn(folder, options.deep)
  for (const { name, parentPath } of found) {
    const path = join(parentPath, name)
    if (!isOfRun(name)) continue
    if (!options.expected.has(path)) await rm(path, { force: true })
  }
}

const filesIn = (folder: string, deep: boolean): Promise<Dirent[]> =>
  readdir(folder, { recursive: deep, withFileTypes: true }).catch(() => [])

function hiddenOf(mark: string): (name: string) => boolean {
  const first = firstMark(mark)
  return (name) => {
    const own = hiddenName.exec(name)?.[1]
    return own !== undefined && firstMark(own) === first
  }
}
