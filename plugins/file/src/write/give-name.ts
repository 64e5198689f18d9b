import { link, rename, rm, stat, truncate } from 'node:fs/promises'
import { FILE_EXISTS, FILE_NOT_AS_LEFT } from '../errors.ts'

/** A hidden file and the name it is to have. */
export interface Nameless {
  /** As the user calls it. */
  readonly path: string
  readonly hidden: string
  readonly real: string
  readonly mode: 'replace' | 'fail'
  /** It had the name before: `fail` is about files of others. */
  readonly isOurs: boolean
}

/** Gives a hidden file its name in one step. Throws FILE_EXISTS. */
export async function giveName({ hidden, isOurs, mode, path, real }: Nameless): Promise<void> {
  if (mode === 'replace' || isOurs) return rename(hidden, real)
  try {
    // A link fails where a rename would replace.
    await link(hidden, real)
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    if (code === 'ENOENT') throw error
    // Some file systems have no links.
    if (code !== 'EEXIST') return rename(hidden, real)
    if (!(await isSame(hidden, real))) throw FILE_EXISTS({ path })
  }
  return rm(hidden)
}

/** The same for a file that a checkpoint names: it may have its name already. Throws FILE_EXISTS and FILE_NOT_AS_LEFT. */
export async function giveNameAgain(file: Nameless, size: number): Promise<void> {
  try {
    await giveName(file)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
    await demandSize(file.path, file.real, size)
  }
}

/** Throws FILE_NOT_AS_LEFT unless a file has exactly the bytes that a checkpoint says it has; `least`: or more. */
export async function demandSize(
  path: string,
  real: string,
  left: number,
  least = false,
): Promise<number> {
  const found = (await stat(real).catch(() => undefined))?.size
  if (found === left || (least && found !== undefined && found > left)) return found
  throw FILE_NOT_AS_LEFT({ path, left, found })
}

/** Cuts off what came behind a checkpoint. Throws FILE_NOT_AS_LEFT where not even that is there. */
export async function cutTo(path: string, real: string, size: number): Promise<void> {
  const found = await stat(real).catch(() => undefined)
  // A file of nothing is made when it is written.
  if (size === 0 && found === undefined) return
  if ((await demandSize(path, real, size, true)) > size) await truncate(real, size)
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(one), stat(other)])
  return first.dev === second.dev && first.ino === second.ino
}
