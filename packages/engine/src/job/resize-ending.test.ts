import { isMillraceError } from '@millrace/base'
import { expect, it } from 'vitest'
import type { EngineJob } from './engine-job.ts'
import { from, gatedSource, job, listSink, stage } from './engine-parts.test-support.ts'
import { simulate } from './parallel.test-support.ts'

type Source = ReturnType<typeof gatedSource>

it.each<[string, string, (running: EngineJob, source: Source) => void]>([
  ['stopped', 'ENG_RESIZE_OVER', (running) => void running.stop()],
  ['completed', 'ENG_RESIZE_OVER', (_running, source) => source.end()],
  ['failed', 'ENG_RECORD', (_running, source) => source.give([13])],
])(
  'a worker that is opening when its job is %s is closed, and told with %s',
  async (ending, expected, act) => {
    const source = gatedSource()
    const open = new Set<number>()
    const told: unknown[] = []
    let made = 0
    const work = stage(
      'work',
      'source',
      ({ timer }) => {
        const own = made++
        return {
          async open() {
            open.add(own)
            if (own > 0) await new Promise<void>((resolve) => void timer(200, resolve))
          },
          close: () => void open.delete(own),
          process(n: number) {
            if (n === 13) throw new Error('thirteen')
            return n
          },
        }
      },
      {
        traits: { keeps: 'nothing' },
        parallel: { workers: 1, runs: 'async', mode: 'unordered' },
      },
    )
    const sink = listSink('sink', [from('work')])

    const { state } = await simulate(job({ sources: [source], stages: [work], sinks: [sink] }), 5, [
      {
        atMs: 20,
        act: (running) => {
          running.resize('work', 3).catch((error: unknown) => {
            told.push(isMillraceError(error) ? error.code : error)
          })
        },
      },
      { atMs: 60, act: (running) => act(running, source) },
    ])

    expect([state, made, told, [...open]]).toEqual([ending, 2, [expected], []])
  },
)
