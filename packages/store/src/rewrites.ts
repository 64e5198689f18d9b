import type { BlockRef, Manifest } from './manifest.ts'

/** Neighboring blocks of a section that are to be written again: merged, or as they are. */
export interface Rewrite {
  readonly section: string
  readonly refs: readonly BlockRef[]
  /** True if nothing stands before them. */
  readonly first: boolean
  readonly merge: boolean
}

const RUNS_MAX = 16

const bytesOf = (refs: readonly BlockRef[]): number =>
  refs.reduce((sum, ref) => sum + ref.length, 0)

/** Blocks that stand next to each other in one file: they were written at once. */
function runsOf(refs: readonly BlockRef[]): BlockRef[][] {
  const runs: BlockRef[][] = []
  for (const ref of refs) {
    const run = runs.at(-1)
    if (run?.[0]?.file === ref.file) run.push(ref)
    else runs.push([ref])
  }
  return runs
}

/**
 * What to write again, so that a store stays within three times its live state and a section has few blocks. All of a section
 * is merged once two fifths of what was first there were appended. Before that, once it was appended to often, what was
 * written last is merged with all before it that is no larger: so each byte is written again only as often as its section doubles.
 */
export function planRewrites(
  manifest: Manifest,
  files: ReadonlyMap<number, number>,
  options: { readonly merges: boolean; readonly worthBytes: number },
): Rewrite[] {
  const { merges, worthBytes } = options
  const merged = merges ? planMerges([...manifest.sections], worthBytes) : []
  const taken = new Set(merged.flatMap((rewrite) => rewrite.refs))
  const live = new Map<number, number>()
  for (const refs of manifest.sections.values()) {
    for (const ref of refs) {
      if (!taken.has(ref)) live.set(ref.file, (live.get(ref.file) ?? 0) + ref.length)
    }
  }
  // Files of which nobody needs more than a third.
  const isSparse = (ref: BlockRef): boolean => {
    const needed = live.get(ref.file) ?? 0
    const dead = (files.get(ref.file) ?? 0) - needed
    return !taken.has(ref) && dead * 2 > needed && dead >= worthBytes
  }
  return [
    ...merged,
    ...[...manifest.sections].flatMap(([section, refs]) =>
      neighborsOf(refs, isSparse).map((moved) => ({
        section,
        refs: moved,
        first: moved[0] === refs[0],
        // Side by side in one file they would pass for written at once.
        merge: merges && runsOf(moved).length > 1,
      })),
    ),
  ]
}

/** Those that are chosen, neighbors together. */
function neighborsOf(
  refs: readonly BlockRef[],
  isChosen: (ref: BlockRef) => boolean,
): BlockRef[][] {
  const groups: BlockRef[][] = []
  refs.forEach((ref, index) => {
    if (!isChosen(ref)) return
    const before = refs[index - 1]
    if (before !== undefined && isChosen(before)) groups.at(-1)?.push(ref)
    else groups.push([ref])
  })
  return groups
}

type Section = readonly [name: string, refs: readonly BlockRef[]]

function planMerges(sections: readonly Section[], worthBytes: number): Rewrite[] {
  const mergeOf = ([section, refs]: Section): Rewrite => ({
    section,
    refs,
    first: true,
    merge: true,
  })
  if (sections.some(([, refs]) => hasGrown(refs, 2 / 5, worthBytes))) {
    // What would be due soon goes along: two rewrites in close succession would need room for three.
    return sections.filter(([, refs]) => hasGrown(refs, 1 / 5, worthBytes)).map(mergeOf)
  }
  return sections.flatMap(([section, refs]) => planTail(section, refs))
}

/** True if this share of what was first there, or more, was appended since. */
function hasGrown(refs: readonly BlockRef[], share: number, worthBytes: number): boolean {
  const whole = bytesOf(runsOf(refs)[0] ?? [])
  const rest = bytesOf(refs) - whole
  return rest >= worthBytes && rest > whole * share
}

function planTail(section: string, refs: readonly BlockRef[]): Rewrite[] {
  const runs = runsOf(refs)
  if (runs.length <= RUNS_MAX) return []
  const start = runs.findIndex(
    (run, index) => bytesOf(run) <= bytesOf(runs.slice(index + 1).flat()),
  )
  // Where each outweighs all that follow it, the last two.
  const from = start < 0 ? runs.length - 2 : start
  return [{ section, refs: runs.slice(from).flat(), first: from === 0, merge: true }]
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
