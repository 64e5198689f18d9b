import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const SIZE_S = 30
const IDLE_S = 60
const TICK_S = 10
const disorderS = { a: 7, b: 20, c: 0 }
type Source = keyof typeof disorderS
const sources = Object.keys(disorderS) as Source[]

interface Given {
  readonly from: Source
  readonly times: readonly number[]
}

/** What one of the sources gives, or so many seconds of the clock. */
type Step = Given | number

interface Heard {
  /** Watermark behind its records, and that which the clock has moved. */
  largest: number
  mark: number
  heardAt: number
  isIdle: boolean
}

/** By the book: the event time of each source, that of all, and the records of each window in one list. */
function oracle(steps: readonly Step[]) {
  const heard = new Map(
    sources.map((id): [Source, Heard] => [
      id,
      { largest: -Infinity, mark: -Infinity, heardAt: 0, isIdle: false },
    ]),
  )
  let now = 0
  let watermark = -Infinity
  const counts = new Map<number, number>()
  const late: object[] = []
  const settle = (): void => {
    const all = [...heard.values()]
    const awake = all.filter(({ isIdle }) => !isIdle)
    const reached =
      awake.length > 0
        ? Math.min(...awake.map(({ mark }) => mark))
        : Math.max(...all.map(({ mark }) => mark))
    watermark = Math.max(watermark, reached)
  }
  const tick = (): void => {
    now += TICK_S
    for (const one of heard.values()) {
      const silent = now - one.heardAt
      one.isIdle = silent >= IDLE_S
      if (one.isIdle) one.mark = Math.max(one.mark, one.largest + silent)
    }
    settle()
  }
  const take = (from: Source, t: number): void => {
    const start = Math.floor(t / SIZE_S) * SIZE_S
    if (watermark >= start + SIZE_S) late.push({ record: { t } })
    else counts.set(start, (counts.get(start) ?? 0) + 1)
    const one = heard.get(from) as Heard
    one.largest = Math.max(one.largest, t - disorderS[from])
    one.mark = Math.max(one.mark, one.largest)
    settle()
  }
  for (const step of steps) {
    if (typeof step === 'number') for (let at = 0; at < step; at += TICK_S) tick()
    else {
      Object.assign(heard.get(step.from) as Heard, { heardAt: now, isIdle: false })
      settle()
      for (const t of step.times) take(step.from, t)
    }
  }
  const ordered = [...counts].toSorted(([a], [b]) => a - b)
  return { late, sink: ordered.map(([start, n]) => ({ windowStart: start * 1000, n })) }
}

/** Sources that speak, fall silent and come back, with records out of order, twice, and too late. Never on the second. */
function script(seed: number): readonly Step[] {
  const random = createRandom(seed)
  const below = (most: number): number => Math.floor(random() * most)
  const nows = new Map<Source, number>()
  return Array.from({ length: 14 }, (): Step => {
    if (random() < 0.4) return TICK_S * (1 + below(9))
    const from = sources[below(sources.length)] as Source
    const times = Array.from({ length: 1 + below(4) }, () => {
      const next = (nows.get(from) ?? 0) + below(25) + (random() < 0.1 ? 120 : 0)
      nows.set(from, next)
      return Math.max(0, next - below(random() < 0.1 ? 90 : disorderS[from] + 1)) + 0.5
    })
    return { from, times }
  })
}

it('windows over sources that fall silent and come back are those of an oracle', async () => {
  const tests = Array.from({ length: 40 }, (_, seed) => {
    const steps = script(seed + 1)
    const { late, sink } = oracle(steps)
    return {
      name: `seed ${seed + 1}`,
      steps: [
        ...steps.map((step) =>
          typeof step === 'number'
            ? { advance: `${step}s` }
            : { given: { [step.from]: step.times.map((t) => ({ t })) } },
        ),
        'end',
        { expect: { sink, 'window.late': late } },
      ],
    }
  })
  const cwd = folder({
    'job.json': JSON.stringify({
      pipeline: {
        sources: Object.fromEntries(
          sources.map((id) => {
            const time = {
              field: 't',
              unit: 's',
              disorder: `${disorderS[id]}s`,
              idle: `${IDLE_S}s`,
            }
            return [id, { file: `${id}.jsonl`, time }]
          }),
        ),
        stages: [
          {
            window: { tumbling: `${SIZE_S}s`, aggregate: { n: 'count()' } },
            from: sources,
            outputs: { late: { file: 'late.jsonl' } },
          },
        ],
        sink: { file: 'out.jsonl' },
      },
      tests,
    }),
  })

  const { code, stdout, stderr } = await run(cwd, ['test', 'job.json'])

  expect(code, stdout + stderr).toBe(0)
  // There are records of each fate among them.
  expect(tests.some(({ steps }) => JSON.stringify(steps.at(-1)).includes('"record"'))).toBe(true)
})
