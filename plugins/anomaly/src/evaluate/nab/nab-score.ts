import type { NabFile } from './nab-file.ts'

/** What NAB's profiles give for a window that is found at its beginning, one that is missed, and a row that is flagged far off. */
export const nabProfiles = {
  standard: { hit: 1, miss: 1, falseRow: 0.11 },
  rewardLowFpRate: { hit: 1, miss: 1, falseRow: 0.22 },
  rewardLowFnRate: { hit: 1, miss: 2, falseRow: 0.11 },
} as const

export type NabProfile = keyof typeof nabProfiles

/** Names of the profiles, in NAB's order. */
export const profileNames = Object.keys(nabProfiles) as readonly NabProfile[]

/** What is counted at a threshold. */
export interface NabCounts {
  /** Sum of what the windows that were found are worth. */
  readonly hits: number
  readonly found: number
  readonly missed: number
  /** Sum over the flagged rows outside of windows, at most 0, before the weight. */
  readonly falses: number
  readonly falseRows: number
}

/** What a profile makes of it. */
export interface NabOutcome extends NabCounts {
  /** A row is flagged from this score on; Infinity: none. Undefined: of each group its own. */
  readonly threshold: number | undefined
  /** Sum of what counts, with the profile's weights. */
  readonly raw: number
  /** 100 is all found at once, 0 is nothing flagged. */
  readonly score: number
}

export type NabOutcomes = Readonly<Record<NabProfile, NabOutcome>>

/** All rows of several files past probation, the highest score first. Scores are above -Infinity, and no NaN. */
export interface NabRanking {
  readonly files: readonly NabFile[]
  readonly fileOf: Uint32Array
  readonly rowOf: Uint32Array
}

/** Sorts once what is then tuned several times. */
export function rankRows(files: readonly NabFile[]): NabRanking {
  const total = files.reduce((sum, { scores, probation }) => sum + scores.length - probation, 0)
  const [files0, rows0] = [new Uint32Array(total), new Uint32Array(total)]
  const scores = new Float64Array(total)
  let end = 0
  files.forEach((file, number) => {
    for (let row = file.probation; row < file.scores.length; row++) {
      files0[end] = number
      rows0[end] = row
      scores[end++] = file.scores[row] as number
    }
  })
  const order = Uint32Array.from(scores, (_, index) => index)
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  return {
    files,
    fileOf: order.map((index) => files0[index] as number),
    rowOf: order.map((index) => rows0[index] as number),
  }
}

/** The threshold of each profile that serves the files best, from all scores there are; of equals the highest. `without`: a group that is not looked at. */
export function tuneNab(ranking: NabRanking, without?: string): NabOutcomes {
  const files = ranking.files.filter((file) => file.group !== without)
  const windows = countWindows(files)
  const best = outcomes(files, Infinity, nothing(windows))
  walk(ranking, without, windows, (threshold, counts) => {
    for (const profile of profileNames) {
      const raw = rawOf(profile, counts)
      if (raw > best[profile].raw)
        best[profile] = outcomeOf(profile, files, threshold, { ...counts })
    }
  })
  return best
}

/** Goes down the scores; `visit` hears of each, with one object again and again. */
function walk(
  { files, fileOf, rowOf }: NabRanking,
  without: string | undefined,
  windows: number,
  visit: (threshold: number, counts: NabCounts) => void,
): void {
  const taken = files.map((file) => file.group !== without)
  const best = files.map((file) => new Float64Array(file.windows.length))
  const counts = { ...nothing(windows) }
  let open = Number.NaN
  for (let i = 0; i < fileOf.length; i++) {
    const number = fileOf[i] as number
    if (taken[number] !== true) continue
    const file = files[number] as NabFile
    const row = rowOf[i] as number
    const score = file.scores[row] as number
    if (score < open) visit(open, counts)
    open = score
    flag(file, row, best[number] as Float64Array, counts)
  }
  if (!Number.isNaN(open)) visit(open, counts)
}

type Counting = { -readonly [Name in keyof NabCounts]: number }

/** Counts a row that is flagged; `best` holds what each window of its file is worth so far. */
function flag(file: NabFile, row: number, best: Float64Array, counts: Counting): void {
  const worth = file.worth[row] as number
  const window = file.windowOf[row] as number
  if (window < 0) {
    counts.falses += worth
    counts.falseRows++
    return
  }
  const before = best[window] as number
  if (before === 0) {
    counts.found++
    counts.missed--
  }
  if (worth <= before) return
  counts.hits += worth - before
  best[window] = worth
}

/** What each profile makes of one threshold. */
export function scoreNab(files: readonly NabFile[], threshold: number): NabOutcomes {
  return outcomes(files, threshold, countAt(files, threshold))
}

function countAt(files: readonly NabFile[], threshold: number): NabCounts {
  const counts = { ...nothing(countWindows(files)) }
  for (const file of files) {
    const best = new Float64Array(file.windows.length)
    for (let row = file.probation; row < file.scores.length; row++) {
      if ((file.scores[row] as number) >= threshold) flag(file, row, best, counts)
    }
  }
  return counts
}

/** Each group of files at the threshold that serves all other groups best. */
export function holdOutNab(ranking: NabRanking): {
  readonly outcomes: NabOutcomes
  /** Threshold of each group and profile. */
  readonly thresholds: ReadonlyMap<string, Readonly<Record<NabProfile, number>>>
} {
  const groups = [...new Set(ranking.files.map((file) => file.group))]
  const thresholds = new Map(
    groups.map((group) => {
      const tuned = tuneNab(ranking, group)
      return [group, eachProfile((profile) => tuned[profile].threshold ?? Infinity)]
    }),
  )
  const held = eachProfile((profile) => {
    const counts = groups.map((group) => {
      const files = ranking.files.filter((file) => file.group === group)
      return countAt(files, thresholds.get(group)?.[profile] ?? Infinity)
    })
    return outcomeOf(profile, ranking.files, undefined, counts.reduce(addCounts))
  })
  return { outcomes: held, thresholds }
}

/** The same of all profiles. */
export const eachProfile = <T>(make: (profile: NabProfile) => T): Record<NabProfile, T> => ({
  standard: make('standard'),
  rewardLowFpRate: make('rewardLowFpRate'),
  rewardLowFnRate: make('rewardLowFnRate'),
})

const nothing = (windows: number): NabCounts => ({
  hits: 0,
  found: 0,
  missed: windows,
  falses: 0,
  falseRows: 0,
})

const countWindows = (files: readonly NabFile[]): number =>
  files.reduce((sum, file) => sum + file.windows.length, 0)

/** Both together. */
export const addCounts = (a: NabCounts, b: NabCounts): NabCounts => ({
  hits: a.hits + b.hits,
  found: a.found + b.found,
  missed: a.missed + b.missed,
  falses: a.falses + b.falses,
  falseRows: a.falseRows + b.falseRows,
})

const rawOf = (profile: NabProfile, { hits, missed, falses }: NabCounts): number => {
  const weights = nabProfiles[profile]
  return weights.hit * hits - weights.miss * missed + weights.falseRow * falses
}

const outcomes = (
  files: readonly NabFile[],
  threshold: number,
  counts: NabCounts,
): Record<NabProfile, NabOutcome> =>
  eachProfile((profile) => outcomeOf(profile, files, threshold, counts))

/** What a profile makes of what was counted in files. */
export function outcomeOf(
  profile: NabProfile,
  files: readonly NabFile[],
  threshold: number | undefined,
  counts: NabCounts,
): NabOutcome {
  const { hit, miss } = nabProfiles[profile]
  const windows = countWindows(files)
  const raw = rawOf(profile, counts)
  const score = windows === 0 ? 0 : (100 * (raw + miss * windows)) / ((hit + miss) * windows)
  return { ...counts, threshold, raw, score }
}
