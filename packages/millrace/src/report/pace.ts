import type { Progress } from '@millrace/engine'

/** How fast a job goes and how far it is. */
export interface Pace {
  readonly records: number
  readonly perSecond: number
  readonly bytes: number
  /** Of the whole input; undefined when it is not known. */
  readonly bytesTotal: number | undefined
  /** 0 to 1; undefined when the size of the input is not known. */
  readonly share: number | undefined
  readonly elapsedMs: number
  /** Undefined until it can be told. */
  readonly remainingMs: number | undefined
  readonly deadLetters: number
  readonly state: Progress['state']
  /** The last durable checkpoint; undefined: there is none. */
  readonly checkpoint: { readonly number: number; readonly ageMs: number } | undefined
}

// A guess from the first moments is worse than none: the start-up and the first reads distort it.
const firstGuessMs = 1000

// Weight of the newest rate after this span; smaller spans count less, so that the number can be read.
const smoothingMs = 1000

/** Reads a progress report. The rate is that of about the last second before; without `before`, of the whole run. */
export function paceOf(now: Progress, before?: Pace, clockMs: number = Date.now()): Pace {
  const records = now.sources.reduce((sum, source) => sum + source.read, 0)
  const bytes = now.sources.reduce((sum, source) => sum + source.bytes, 0)
  const known =
    now.sources.length > 0 && now.sources.every((source) => source.bytesTotal !== undefined)
  const total = now.sources.reduce((sum, source) => sum + (source.bytesTotal ?? 0), 0)
  const share = known && total > 0 ? Math.min(1, bytes / total) : undefined
  const left = share !== undefined && share > 0 ? (now.elapsedMs / share) * (1 - share) : undefined
  return {
    records,
    perSecond: smoothedRate(records, now.elapsedMs, before),
    bytes,
    bytesTotal: known ? total : undefined,
    share,
    elapsedMs: now.elapsedMs,
    remainingMs: now.elapsedMs < firstGuessMs ? undefined : left,
    deadLetters: now.deadLetters,
    state: now.state,
    checkpoint: checkpointOf(now, clockMs),
  }
}

function checkpointOf({ checkpoint }: Progress, clockMs: number): Pace['checkpoint'] {
  const { number = 0, time } = checkpoint ?? {}
  if (number === 0 || time === undefined) return undefined
  return { number, ageMs: Math.max(0, clockMs - time) }
}

function smoothedRate(records: number, elapsedMs: number, before: Pace | undefined): number {
  if (before === undefined) return elapsedMs > 0 ? (records * 1000) / elapsedMs : 0
  const span = elapsedMs - before.elapsedMs
  if (span <= 0) return before.perSecond
  const weight = 1 - Math.exp(-span / smoothingMs)
  const newest = ((records - before.records) * 1000) / span
  return before.perSecond * (1 - weight) + newest * weight
}
