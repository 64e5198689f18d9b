import type { BlockRef, Manifest } from './manifest.ts'

/** Neighboring blocks of a section that are to be written again: merged, or as they are. */
export interface Rewrite {
  readonly section: string
  readonly refs: readonly BlockRef[]
  /** True if nothing stands before them. */
  readonly first: boolean
  readonly merge: boolean
}

const BLOCKS_MAX = 16

const bytesOf = (refs: readonly BlockRef[]): number =>
  refs.reduce((sum, ref) => sum + ref.length, 0)

/**
 * What to write again, so that a store stays within three times its live state and a section has few blocks. All of a section
 * is merged once what was appended is half of its first block. Before that, once it has many blocks, those are merged that
 * together outweigh the one before them: so each byte is written again only as often as its section doubles.
 */
export function planRewrites(
  manifest: Manifest,
  files: ReadonlyMap<number, number>,
  options: { readonly merges: boolean; readonly worthBytes: number },
): Rewrite[] {
  const { merges, worthBytes } = options
  const merged = merges
    ? [...manifest.sections].flatMap(([section, refs]) => planMerge(section, refs, worthBytes))
    : []
  const taken = new Set(merged.flatMap((rewrite) => rewrite.refs))
  const live = new Map<number, number>()
  for (const refs of manifest.sections.values()) {
    for (const ref of refs) {
      if (!taken.has(ref)) live.set(ref.file, (live.get(ref.file) ?? 0) + ref.length)
    }
  }
  // Files that hold more that nobody needs than what somebody does.
  const sparse = (file: number): boolean => {
    const needed = live.get(file) ?? 0
    const dead = (files.get(file) ?? 0) - needed
    return dead > needed && dead >= worthBytes
  }
  const moved = [...manifest.sections].flatMap(([section, refs]) =>
    refs
      .filter((ref) => !taken.has(ref) && sparse(ref.file))
      .map((ref) => ({ section, refs: [ref], first: ref === refs[0], merge: false })),
  )
  return [...merged, ...moved]
}

function planMerge(section: string, refs: readonly BlockRef[], worthBytes: number): Rewrite[] {
  const [base] = refs
  if (base === undefined || refs.length === 1) return []
  const rest = bytesOf(refs) - base.length
  if (rest >= worthBytes && rest * 2 > base.length) {
    return [{ section, refs, first: true, merge: true }]
  }
  if (refs.length <= BLOCKS_MAX) return []
  const start = refs.findIndex((ref, index) => ref.length <= bytesOf(refs.slice(index + 1)))
  const from = start < 0 ? refs.length - 2 : start
  return [{ section, refs: refs.slice(from), first: from === 0, merge: true }]
}

/** Blocks that take the place of others. */
export interface Replacement {
  readonly section: string
  readonly old: readonly BlockRef[]
  readonly refs: readonly BlockRef[]
}

/** The blocks of a section with those in place that are newer; a replacement of blocks that are not there any more is none. */
export function withReplacements(
  section: string,
  refs: readonly BlockRef[],
  replacements: readonly Replacement[],
): readonly BlockRef[] {
  let result = refs
  for (const { section: of, old, refs: young } of replacements) {
    if (of !== section) continue
    const start = result.findIndex((ref) => isSame(ref, old[0]))
    if (start < 0 || !old.every((ref, index) => isSame(result[start + index], ref))) continue
    result = [...result.slice(0, start), ...young, ...result.slice(start + old.length)]
  }
  return result
}

const isSame = (one: BlockRef | undefined, other: BlockRef | undefined): boolean =>
  one?.file === other?.file && one?.offset === other?.offset && one?.length === other?.length
