import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SourceMarks } from './source-marks.ts'

const IDLE_MS = 50

interface Event {
  /** Time since the event before. */
  readonly afterMs: number
  readonly does: 'take' | 'close' | 'look' | 'hold' | 'release'
  readonly partition: number
  readonly timestamp: number
}

const events = fc.array(
  fc.record<Event>({
    afterMs: fc.nat(40),
    does: fc.constantFrom('take', 'take', 'take', 'look', 'look', 'close', 'hold', 'release'),
    partition: fc.nat(2),
    timestamp: fc.nat(200),
  }),
  { maxLength: 40, size: 'max' },
)

/** What can be seen of a source's event time. */
interface Seen {
  readonly mark: number
  readonly isIdle: boolean
  readonly lateAfterIdle: number
}

/** Events that can be: nothing comes of what is over, or while a reader is full. */
function possible(script: readonly Event[]): Event[] {
  const over = new Set<number>()
  let isHeld = false
  return script.filter(({ does, partition }) => {
    if (does === 'hold' || does === 'release') {
      if (isHeld === (does === 'hold')) return false
      isHeld = does === 'hold'
    }
    if (does !== 'take' && does !== 'close') return true
    if (isHeld || over.has(partition)) return false
    if (does === 'close') over.add(partition)
    return true
  })
}

function run(script: readonly Event[], disorderMs: number): Seen[] {
  const time = { timestamp: () => 0, description: '', disorderMs, idleMs: IDLE_MS }
  const marks = new SourceMarks(time)
  for (const name of ['0', '1', '2']) marks.open(name, 0)
  let nowMs = 0
  return script.map(({ afterMs, does, partition, timestamp }) => {
    nowMs += afterMs
    const name = `${partition}`
    if (does === 'take') {
      marks.heard(name, nowMs)
      marks.take(timestamp, undefined)
    } else if (does === 'close') marks.close(name)
    else if (does === 'look') marks.look(nowMs, 0)
    else marks.holdBack(does === 'hold', nowMs)
    const { isIdle, lateAfterIdle, mark } = marks
    return { isIdle, lateAfterIdle, mark }
  })
}

/** How long a partition has been silent at an event, the time left out in which a reader was full. */
function silentMs(script: readonly Event[], until: number, partition: number): number {
  let silent = 0
  let isHeld = false
  for (const event of script.slice(0, until + 1)) {
    if (!isHeld) silent += event.afterMs
    if (event.does === 'hold') isHeld = true
    if (event.does === 'release') isHeld = false
    if (event.does === 'take' && event.partition === partition) silent = 0
  }
  return silent
}

/** The same by the definition: everything is worked out anew from all that happened so far. */
function expected(script: readonly Event[], disorderMs: number): Seen[] {
  let mark = -Infinity
  let moved = -Infinity
  let lateAfterIdle = 0
  let isIdle = false
  return script.map(({ does, timestamp }, now) => {
    const past = script.slice(0, now + 1)
    const markOf = (one: number): number => {
      const own = past.filter((event) => event.does === 'take' && event.partition === one)
      return Math.max(-Infinity, ...own.map((event) => event.timestamp)) - disorderMs
    }
    const open = [0, 1, 2].filter(
      (one) => !past.some((event) => event.does === 'close' && event.partition === one),
    )
    const isHeld = past.findLast((event) => /hold|release/u.test(event.does))?.does === 'hold'
    const looked = past.findLastIndex((event, at) => event.does === 'look' && !heldAt(script, at))
    const isAside = (one: number): boolean =>
      looked >= 0 &&
      silentMs(script, looked, one) >= IDLE_MS &&
      !past.slice(looked).some((event) => event.does === 'take' && event.partition === one)

    if (does === 'take' && timestamp < moved) lateAfterIdle++
    const awake = open.filter((one) => !isAside(one))
    if (does === 'take') isIdle = false
    if (awake.length > 0) mark = Math.max(mark, Math.min(...awake.map(markOf)))
    if (does === 'look' && !isHeld && open.length > 0) {
      isIdle = awake.length === 0
      const reached = Math.max(...[0, 1, 2].map((one) => markOf(one) + silentMs(script, now, one)))
      if (isIdle && reached > mark) mark = moved = reached
    }
    return { isIdle, lateAfterIdle, mark }
  })
}

function heldAt(script: readonly Event[], at: number): boolean {
  const last = script.slice(0, at).findLast((event) => /hold|release/u.test(event.does))
  return last?.does === 'hold'
}

it('the watermark of a source is that of its slowest partition that is not silent; where all are it goes on with the clock', () => {
  fc.assert(
    fc.property(events, fc.nat(9), (script, disorderMs) => {
      const real = possible(script)

      expect(run(real, disorderMs)).toEqual(expected(real, disorderMs))
    }),
    { numRuns: 300 },
  )
})

it('the time in which a reader is full neither counts as silence nor takes away what there was of it', () => {
  const marks = new SourceMarks({
    timestamp: () => 0,
    description: '',
    disorderMs: 0,
    idleMs: 1000,
  })
  marks.open('busy', 0)
  marks.open('silent', 0)
  const seen: number[] = []

  for (let nowMs = 0; nowMs < 2200; nowMs += 200) {
    marks.heard('busy', nowMs)
    marks.take(nowMs, undefined)
    marks.holdBack(true, nowMs)
    marks.holdBack(false, nowMs + 100)
    marks.look(nowMs + 199, 0)
    seen.push(marks.mark)
  }

  expect(seen.slice(-2)).toEqual([-Infinity, 2000])
})
