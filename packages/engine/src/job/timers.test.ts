import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyPart, stage } from './engine-parts.test-support.ts'
import { play, type Step, stepsOf } from './timed-script.test-support.ts'

interface Order {
  readonly does: 'set' | 'delete'
  readonly time: 'event' | 'clock'
  /** Of a clock timer from now on, of an event timer from the beginning. */
  readonly at: number
  readonly name: 'a' | 'b' | 'again'
}

interface Row {
  readonly key: string
  readonly t: number
  readonly orders: readonly Order[]
  readonly fails: boolean
}

/** A timer that fired: its time, key, name and due time, and the event time and clock at which it did. */
type Fired = readonly [string, string, string, number, number, number]

const DISORDER = 3
const AGAIN_MS = 4

const orders = fc.record<Order>({
  does: fc.constantFrom('set', 'set', 'delete'),
  time: fc.constantFrom('event', 'clock'),
  at: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(Number.POSITIVE_INFINITY)),
  name: fc.constantFrom('a', 'b', 'again'),
})
const rows = fc.record<Row>({
  key: fc.constantFrom('x', 'y', 'z'),
  t: fc.nat({ max: 7 }),
  orders: fc.array(orders, { maxLength: 3 }),
  fails: fc.boolean(),
})
const steps = stepsOf(rows, { most: 12, waitMs: 10 })

async function run(script: readonly Step<Row>[], end: 'end' | 'stop'): Promise<readonly Fired[]> {
  const runtime = createManualRuntime()
  const fired: Fired[] = []
  const timed = stage('timed', 'source', (scope) => timing(scope, runtime, fired), {
    by: [keyPart('key')],
  })
  await play(timed, { runtime, steps: script, end, disorderMs: DISORDER })
  return fired
}

function timing({ timers }: StageScope, runtime: ManualRuntime, fired: Fired[]) {
  return {
    process(row: Row, context: { reject(code: string, message: string): void }) {
      for (const { at, does, name, time } of row.orders) {
        timers[time][does](time === 'clock' ? runtime.now() + at : at, name)
      }
      if (row.fails) context.reject('NO', 'No.')
    },
    onTimer(
      timer: { time: 'event' | 'clock'; at: number; name: string },
      context: { key: unknown; watermark: number },
    ) {
      const { key } = context.key as { readonly key: string }
      fired.push([timer.time, key, timer.name, timer.at, context.watermark, runtime.now()])
      if (timer.name === 'again') timers[timer.time].set(timer.at + AGAIN_MS, 'a')
      if (timer.name === 'a') timers[timer.time].delete(timer.at, 'b')
    },
  }
}

interface Pending {
  readonly time: 'event' | 'clock'
  readonly key: string
  readonly name: string
  readonly at: number
}

/** The same in lists: looks for the earliest timer again and again. */
class Oracle {
  readonly fired: Fired[] = []
  pending: Pending[] = []
  mark = Number.NEGATIVE_INFINITY
  largest = Number.NEGATIVE_INFINITY
  now = 0

  row({ fails, key, orders: all, t }: Row): void {
    const before = [...this.pending]
    for (const { at, does, name, time } of all) {
      const timer = { time, key, name, at: time === 'clock' ? this.now + at : at }
      if (does === 'set') this.set(timer)
      else this.delete(timer)
    }
    if (fails) this.pending = before
    this.largest = Math.max(this.largest, t)
    if (this.largest - DISORDER > this.mark) this.moveTo(this.largest - DISORDER)
  }

  moveTo(mark: number): void {
    this.mark = mark
    this.fire('event', mark)
  }

  wait(ms: number): void {
    for (const until = this.now + ms; this.now < until; this.now++) this.fire('clock', this.now)
    this.fire('clock', this.now)
  }

  end(): void {
    this.moveTo(Number.POSITIVE_INFINITY)
    while (this.pending.length > 0) this.fire('clock', Number.POSITIVE_INFINITY)
  }

  fire(time: 'event' | 'clock', until: number): void {
    for (;;) {
      const [first] = this.pending
        .filter((one) => one.time === time && one.at <= until)
        .toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at))
      if (first === undefined) return
      this.delete(first)
      const { at, key, name } = first
      this.fired.push([time, key, name, at, this.mark, this.now])
      if (name === 'again') this.set({ time, key, name: 'a', at: at + AGAIN_MS })
      if (name === 'a') this.delete({ time, key, name: 'b', at })
    }
  }

  set(timer: Pending): void {
    if (!this.pending.some((one) => isSame(one, timer))) this.pending.push(timer)
  }

  delete(timer: Pending): void {
    this.pending = this.pending.filter((one) => !isSame(one, timer))
  }
}

function isSame(a: Pending, b: Pending): boolean {
  return a.time === b.time && a.key === b.key && a.name === b.name && a.at === b.at
}

function expected(script: readonly Step<Row>[], end: 'end' | 'stop'): readonly Fired[] {
  const oracle = new Oracle()
  for (const step of script) {
    if ('waitMs' in step) oracle.wait(step.waitMs)
    else for (const row of step.rows) oracle.row(row)
    oracle.fire('clock', oracle.now)
  }
  if (end === 'end') oracle.end()
  return oracle.fired
}

it('fires timers of both times as a list that is searched each time: in order, once, none of a failed record', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom('end', 'stop'), async (script, end) => {
      expect(await run(script, end)).toEqual(expected(script, end))
    }),
    { numRuns: 100 },
  )
})
