import type { BlockRef } from './manifest.ts'

/**
 * Files of which these sections need so little that their blocks are to be written again: of each more than a third is dead, of
 * all of them together at least `worthBytes`. `files` says the bytes of each. So what is dead in the others is at most half of what
 * is live in them, and who writes a byte again wins room for half a byte or more.
 */
export function sparseFiles(
  sections: Iterable<readonly BlockRef[]>,
  files: ReadonlyMap<number, number>,
  worthBytes: number,
): ReadonlySet<number> {
  const live = new Map<number, number>()
  for (const refs of sections) {
    for (const { file, length } of refs) live.set(file, (live.get(file) ?? 0) + length)
  }
  const sparse = new Set<number>()
  let all = 0
  for (const [file, needed] of live) {
    const dead = (files.get(file) ?? 0) - needed
    if (dead * 2 <= needed) continue
    sparse.add(file)
    all += dead
  }
  return all < worthBytes ? new Set() : sparse
}
