import type { Progress } from '@millrace/engine'
import { describe, expect, it } from 'vitest'
import { plain } from '../paint.ts'
import { paceOf } from './pace.ts'
import { renderBar } from './progress-bar.ts'
import { renderProgressLine } from './progress-line.ts'
import { textWidth } from './table.ts'

function progress(over: Partial<Progress>, source: Partial<Progress['sources'][number]>): Progress {
  const counts = { read: 12_000, sent: 12_000, malformed: 0, bytes: 400, bytesTotal: 1000 }
  return {
    state: 'running',
    elapsedMs: 2000,
    sources: [{ id: 'source', module: 'file', ...counts, ...source }],
    stages: [],
    sinks: [],
    deadLetters: 0,
    pipelineRestarts: 0,
    ...over,
  }
}

describe('paceOf', () => {
  it('takes the rate from the whole run and the time left from the share that is done', () => {
    const pace = paceOf(progress({}, {}))

    expect(pace).toMatchObject({ records: 12_000, perSecond: 6000, share: 0.4, remainingMs: 3000 })
  })

  it('lets the rate follow what happened since, the more the longer that was', () => {
    const before = paceOf(progress({ elapsedMs: 1000 }, { read: 10_000 }))
    const soon = paceOf(progress({ elapsedMs: 1100 }, { read: 10_000 }), before)
    const later = paceOf(progress({ elapsedMs: 6000 }, { read: 10_000 }), before)

    expect(Math.round(soon.perSecond)).toBe(9048)
    expect(Math.round(later.perSecond)).toBe(67)
    expect(paceOf(progress({ elapsedMs: 1000 }, {}), before).perSecond).toBe(10_000)
  })

  it('tells no share when the size of one source is not known', () => {
    const pace = paceOf(progress({}, { bytesTotal: undefined }))

    expect(pace).toMatchObject({ share: undefined, remainingMs: undefined, perSecond: 6000 })
  })

  it('guesses nothing in the first second', () => {
    expect(paceOf(progress({ elapsedMs: 900 }, {})).remainingMs).toBeUndefined()
  })
})

describe('the last checkpoint', () => {
  const checkpoint = {
    number: 12,
    time: 1000,
    durationMs: 5,
    count: 2,
    failures: 0,
    writtenBytes: 10,
    stateBytes: 20,
    isPending: false,
  }
  const paced = (more: NonNullable<Progress['checkpoint']>) =>
    paceOf({ ...progress({}, {}), checkpoint: more }, undefined, 5000)

  it('is shown with its age, and not before there is one', () => {
    const pace = paced(checkpoint)
    const none = paced({ ...checkpoint, number: 0, time: undefined })

    expect(pace.checkpoint).toEqual({ number: 12, ageMs: 4000 })
    expect(renderBar('flights', pace, 100, plain)).toContain('checkpoint 0:04 ago')
    expect(renderProgressLine('flights', pace)).toContain(', checkpoint 12 0:04 ago')
    expect(none.checkpoint).toBeUndefined()
  })
})

describe('renderBar', () => {
  it('shows name, bar, share, records, rate and times', () => {
    const pace = paceOf(progress({ deadLetters: 24 }, {}))

    expect(renderBar('flights', pace, 100, plain)).toMatchInlineSnapshot(
      `"flights  ████████████░░░░░░░░░░░░░░░░░░   40 %  12,000 records  6,000/s  0:02  0:03 left  24 dead"`,
    )
  })

  it('shows what the job is doing when it no longer just runs', () => {
    const pace = paceOf(progress({ state: 'stopping' }, { bytesTotal: undefined }))

    expect(renderBar('flights', pace, 100, plain)).toMatchInlineSnapshot(
      `"flights stopping  12,000 records  6,000/s  0:02  400 B"`,
    )
  })

  it('never reaches the last column, however narrow the terminal is', () => {
    const pace = paceOf(progress({ deadLetters: 24 }, {}))

    for (let columns = 12; columns <= 200; columns++) {
      expect(textWidth(renderBar('flight-delays', pace, columns, plain))).toBeLessThan(columns)
    }
  })
})

it('puts the same into one plain line', () => {
  const known = paceOf(progress({ deadLetters: 24 }, {}))
  const unknown = paceOf(progress({ state: 'draining' }, { bytesTotal: undefined, bytes: 5200 }))

  expect(renderProgressLine('flights', known)).toMatchInlineSnapshot(
    `"flights: 12,000 records, 6,000/s, 40 % of 1.0 kB, 0:02, 0:03 left, 24 dead letters"`,
  )
  expect(renderProgressLine('flights', unknown)).toMatchInlineSnapshot(
    `"flights draining: 12,000 records, 6,000/s, 5.2 kB, 0:02"`,
  )
})
