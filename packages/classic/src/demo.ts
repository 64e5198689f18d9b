import { nodeRuntime } from '@millrace/job'
import { Classic, renderReport, type StreamEvent, type WindowView } from './index.ts'

interface Visit {
  readonly user: string
  readonly page: string
}

interface Payment {
  readonly user: string
  readonly amount: number
}

const start = Date.UTC(2026, 0, 1, 12)
const clock = (time: number): string => new Date(time).toISOString().slice(11, 19)

function countByType(events: readonly StreamEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

const period = ({ count, end, start }: WindowView): string =>
  `${clock(start)} to ${clock(end)} holds ${count}`

/** Everything a Classic does, in twelve steps, with a clock that stands still. */
export async function runDemo(print: (line: string) => void): Promise<void> {
  const classic = new Classic({ runtime: { ...nodeRuntime, now: () => start } })

  const visits = await classic.createStream<Visit>('visits', { buffer: 100 })
  const payments = await classic.createStream<Payment>('payments')
  print(' 1 Streams: visits, payments')

  await classic.registerProcessor('visit-counter', {
    stream: visits,
    process({ type }, state) {
      const place = { namespace: 'counters', initial: 0 }
      state.updateState(type, state.getState(type, place) + 1, place)
    },
  })
  print(' 2 Processor: visit-counter counts by type')

  await classic.createTumblingWindow('five-minutes', { stream: visits, size: '5m' })
  await classic.createSlidingWindow('ten-minutes', { stream: visits, size: '10m', slide: '5m' })
  const pairs: string[] = []
  await classic.joinStreams<Visit, Payment>('paid-visits', {
    left: visits,
    right: payments,
    on: 'data.user',
    within: '1m',
    to: ({ left, right }) =>
      void pairs.push(`${left?.data.user} saw ${left?.data.page} and paid ${right?.data.amount}`),
  })
  print(' 3 Windows: five-minutes tumbles, ten-minutes slides every five')

  const published = await publishVisits(classic)
  print(` 4 Published ${published.length} visits, one every 30 s from ${clock(start)}`)

  await classic.settled()
  const eighth = published[7] as StreamEvent<Visit>
  print(` 5 The visit of ${clock(eighth.eventTime)} is in`)
  for (const name of ['five-minutes', 'ten-minutes']) {
    for (const view of classic.assignToWindow(name, eighth)) print(`     ${name} ${period(view)}`)
  }

  print(' 6 Visits by type')
  for (const view of classic.windows('five-minutes')) {
    print(`     ${clock(view.start)} ${JSON.stringify(classic.aggregateWindow(view, countByType))}`)
  }

  const counters = { namespace: 'counters' }
  classic.updateState('users', 3, { namespace: 'totals' })
  print(` 7 State: view ${String(classic.getState('view', counters))}`)
  print(`     click ${String(classic.getState('click', counters))}`)
  print(`     users ${String(classic.getState('users', { namespace: 'totals' }))}`)

  await watermarks(classic, print)
  await payAndJoin(classic, print, pairs)
  await batches(classic, print)

  const metrics = classic.streamMetrics('visits')
  print(`11 Stream visits: published ${metrics.published}, buffered ${metrics.buffered}`)
  for (const { id, late, processed } of [...metrics.processors, ...metrics.windows]) {
    print(`     ${id}: processed ${processed}, late ${late}`)
  }

  print('12 Report')
  for (const line of renderReport(classic.report()).trimEnd().split('\n')) print(`     ${line}`)
  await classic.drain()
}

async function publishVisits(classic: Classic): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = []
  for (let number = 0; number < 12; number++) {
    const event = await classic.publish<Visit>('visits', {
      id: `visit-${number}`,
      type: number % 3 === 0 ? 'click' : 'view',
      data: { user: `user-${number % 3}`, page: `/page-${number}` },
      eventTime: start + number * 30_000,
    })
    events.push(event)
  }
  return events
}

async function watermarks(classic: Classic, print: (line: string) => void): Promise<void> {
  const five = start + 5 * 60_000
  await classic.setWatermark('visits', five)
  const late = { type: 'view', data: { user: 'user-9', page: '/late' }, eventTime: start + 1000 }
  await classic.publish('visits', { id: 'late-visit', ...late })
  await classic.settled()
  const states = classic
    .windows('five-minutes')
    .map(({ start, state }) => `${clock(start)} ${state}`)
  print(` 8 Watermark ${clock(five)}: ${states.join(', ')}`)
  for (const { consumer, error, event } of classic.deadLetters()) {
    print(`     ${event?.id} came too late for ${consumer} (${error.code})`)
  }
}

async function payAndJoin(
  classic: Classic,
  print: (line: string) => void,
  pairs: readonly string[],
): Promise<void> {
  const [near, far] = [start + 330_000 + 60_000, start + 330_000 + 61_000]
  const pay = (eventTime: number, amount: number): Promise<unknown> =>
    classic.publish<Payment>('payments', {
      type: 'payment',
      data: { user: 'user-2', amount },
      eventTime,
    })
  await pay(near, 20)
  await pay(far, 30)
  await classic.settled()
  print(' 9 Joined within 1m')
  for (const pair of pairs) print(`     ${pair}`)
}

async function batches(classic: Classic, print: (line: string) => void): Promise<void> {
  print('10 Batches of at most 5')
  for (;;) {
    let first = ''
    const { processed, remaining } = await classic.processBatch('visits', {
      size: 5,
      handler: (events) => {
        first = events[0]?.id ?? ''
      },
    })
    if (processed === 0) return
    print(`     ${processed} from ${first} on, ${remaining} left`)
  }
}

if (import.meta.main) await runDemo((line) => void process.stdout.write(`${line}\n`))
