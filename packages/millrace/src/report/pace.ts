import type { Progress } from '@millrace/engine'

/** How fast a job goes and how far it is. */
export interface Pace {
  readonly records: number
  readonly perSecond: number
  readonly bytes: number
  /** 0 to 1; undefined when the size of the input is not known. */
  readonly share: number | undefined
  readonly elapsedMs: number
  /** Undefined until it can be told. */
  readonly remainingMs: number | undefined
  readonly deadLetters: number
  readonly state: Progress['state']
}

// A guess from the first moments is worse than none: the start-up and the first reads distort it.
const firstGuessMs = 1000

/** Reads a progress report; the rate is taken since `before`, which smooths nothing but forgets the start. */
export function paceOf(now: Progress, before?: Pace): Pace {
  const records = now.sources.reduce((sum, source) => sum + source.read, 0)
  const bytes = now.sources.reduce((sum, source) => sum + source.bytes, 0)
  const known =
    now.sources.length > 0 && now.sources.every((source) => source.bytesTotal !== undefined)
  const total = now.sources.reduce((sum, source) => sum + (source.bytesTotal ?? 0), 0)
  const share = known && total > 0 ? Math.min(1, bytes / total) : undefined
  const since = before ?? { records: 0, elapsedMs: 0 }
  const span = now.elapsedMs - since.elapsedMs
  const left = share !== undefined && share > 0 ? (now.elapsedMs / share) * (1 - share) : undefined
  return {
    records,
    perSecond: span > 0 ? ((records - since.records) * 1000) / span : 0,
    bytes,
    share,
    elapsedMs: now.elapsedMs,
    remainingMs: now.elapsedMs < firstGuessMs ? undefined : left,
    deadLetters: now.deadLetters,
    state: now.state,
  }
}
