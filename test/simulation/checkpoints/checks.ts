import { isDeepStrictEqual } from 'node:util'

import { type JobCheckpoint, joinReplicas } from '@millrace/engine'

import type { Lives, Outcome } from './lives.ts'

/** A job in its lives, and what it must come to. */
export interface World {
  readonly lives: Lives
  readonly expected: Outcome
  /** What ended the scenario itself. */
  error: unknown
}

/** It came to its end. */
export function checkEnd({ error, lives }: World): void {
  if (error !== undefined) throw error
  const { outcome } = lives
  if (outcome === undefined) throw new Error(`It came to no end: ${lives.ends.join(', ')}`)
  if (outcome.summary.error !== undefined) throw outcome.summary.error
}

/** Nothing was told that no durable checkpoint says. */
export function checkPromises({ lives }: World): void {
  if (lives.breaches.length > 0) throw new Error(lives.breaches.join('\n'))
}

/** What readers see: each record once, and the order of what came from one part. */
export function checkOutput(world: World): void {
  same('running', world, ({ shown }) => shown['running'])
  same('totals', world, ({ shown }) => sorted(valuesOf(shown['totals'])))
  same('dead letters', world, ({ shown }) => shown['dead']?.map(withoutTime))
}

/** What the job counts at its end is what it counts where it was never stopped. */
export function checkCounters(world: World): void {
  same('counts', world, ({ summary }) => ({
    sources: summary.sources.map(({ malformed, read, sent }) => [malformed, read, sent]),
    stages: summary.stages.filter(({ id }) => id !== 'relay'),
    sinks: summary.sinks,
    deadLetters: summary.deadLetters,
    byCode: summary.deadLettersByCode,
  }))
}

/** What it keeps at its end, too. */
export function checkState(world: World): void {
  same('state', world, ({ last }) => last && keptOf(last))
}

function keptOf(checkpoint: JobCheckpoint): unknown {
  const { sources, stages } = joinReplicas(checkpoint)
  const { relay: _, ...others } = stages
  const kept = Object.entries(others).map(([id, { snapshot }]) => {
    const { keys, state, timers, ...times } = snapshot
    const entries = Object.entries(state).map(([name, handle]) => {
      const { expired = 0, kind, version } = handle
      return [name, { kind, version, expired, entries: sorted(handle.entries) }]
    })
    // Where event time stands at the end of two inputs, and the order of the keys, is a matter of how these met.
    const isOne = id === 'sums'
    const held = { timers, state: Object.fromEntries(entries), keys: isOne ? keys : sorted(keys) }
    return [id, isOne ? { ...held, ...times } : held]
  })
  const places = Object.entries(sources).map(([id, { done, isOver, partitions }]) => {
    return [id, done, isOver, partitions]
  })
  return { kept, places }
}

function same(what: string, { expected, lives }: World, of: (outcome: Outcome) => unknown): void {
  if (lives.outcome === undefined) throw new Error('It came to no end.')
  const [found, wanted] = [of(lives.outcome), of(expected)]
  if (isDeepStrictEqual(found, wanted)) return
  const text = (value: unknown): string => JSON.stringify(value)
  throw new Error(
    `${what} after ${lives.ends.join(', ')}:\n${text(found)}\nundisturbed:\n${text(wanted)}`,
  )
}

const sorted = (values: readonly unknown[] = []): string[] =>
  values.map((value) => JSON.stringify(value)).toSorted()

const valuesOf = (rows: readonly unknown[] = []): unknown[] =>
  rows.map((row) => (row as readonly unknown[])[1])

function withoutTime(row: unknown): unknown {
  const [id, letter] = row as readonly [unknown, { readonly time: number }]
  const { time: _, ...rest } = letter
  return [id, rest]
}
