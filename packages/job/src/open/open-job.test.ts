import { createManualRuntime } from '@millrace/core'
import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { numbers } from './numbers.test-support.ts'

async function taken<T>(results: AsyncIterable<T>, count: number): Promise<T[]> {
  const all: T[] = []
  if (count === 0) return all
  for await (const result of results) {
    all.push(result)
    if (all.length === count) break
  }
  return all
}

// The numbers are the rows of the seeds' table 1.3, PyStream.
describe('push, results and latest', () => {
  it('1.3 serialize: one item at a time through all stages', async () => {
    const { flow, runtime } = numbers()
    const trace: string[] = []
    const step = (name: string) => async (n: number) => {
      await Promise.resolve()
      trace.push(`${name}${n}`)
      return n
    }
    const open = flow.through(step('a')).through(step('b')).through(step('c')).job().open()

    const all = (async () => {
      for (const n of [1, 2, 3]) await open.execute(n)
    })()
    await runtime.settle()
    await all

    expect(trace.join(' ')).toBe('a1 b1 c1 a2 b2 c2 a3 b3 c3')
  })

  it('1.3 parallelize: three stages of 100 ms, ten items in 1.2 s, in order', async () => {
    const { flow, runtime, slow } = numbers()
    const step = slow(100)
    const open = flow.through(step).through(step).through(step).job().open({ capacity: 1 })
    const results: number[] = []
    void (async () => {
      for await (const n of open.results) results.push(n)
    })()

    for (let n = 0; n < 10; n++) void open.push(n)
    await runtime.elapse(1199)
    const before = results.length
    await runtime.elapse(1)

    expect(before).toBe(9)
    expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('1.3 get_results: 10 in, 10 out, and latest gives the last once', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .through((n) => n * 10)
      .job()
      .open()
    expect(open.latest()).toBeUndefined()

    const pushed = await Promise.all(Array.from({ length: 10 }, (_, n) => open.push(n)))
    const results = taken(open.results, 10)
    await runtime.settle()

    expect(pushed).toEqual(Array.from({ length: 10 }, () => true))
    expect(await results).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(open.latest()).toEqual({ value: 90 })
    expect(open.latest()).toBeUndefined()
  })

  it('1.3 null ambiguity: null is data, and nothing yet is something else', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .through(() => null)
      .job()
      .open()

    void open.push(1)
    await runtime.settle()

    expect(open.latest()).toEqual({ value: null })
    expect(await taken(open.results, 1)).toEqual([null])
  })

  it('1.3 forward: a full input resolves to false after its time, and to true when there is room', async () => {
    const { flow, runtime, slow } = numbers()
    const open = flow.through(slow(10_000)).job().open({ capacity: 1 })
    const pushes: (string | boolean)[] = []
    const push = (n: number, timeoutMs?: number): void => {
      const options = timeoutMs === undefined ? {} : { timeoutMs }
      void open.push(n, options).then((isTaken) => pushes.push(`${n} ${isTaken}`))
    }
    for (const n of [1, 2, 3]) push(n)
    await runtime.settle()
    push(4, 1000)
    push(5)
    await runtime.elapse(999)
    const before = [...pushes]
    await runtime.elapse(1)

    expect(before).toEqual(['1 true', '2 true', '3 true'])
    expect(pushes.at(-1)).toBe('4 false')
    await runtime.elapse(30_000)
    expect(pushes.at(-1)).toBe('5 true')
  })

  it('waits with further records while nobody reads, but not for results: latest', async () => {
    const run = async (results: 'all' | 'latest') => {
      const { flow, runtime } = numbers()
      const open = flow
        .through((n) => n)
        .job()
        .open({ capacity: 4, results })
      let count = 0
      for (let n = 0; n < 100; n++) void open.push(n).then(() => count++)
      await runtime.settle()
      return { count, latest: open.latest() }
    }

    expect((await run('all')).count).toBeLessThan(40)
    expect(await run('latest')).toEqual({ count: 100, latest: { value: 99 } })
  })

  it('1.3 stage exception: item 3 throws, 1, 2, 4 and 5 arrive, and the error is reported', async () => {
    const { flow, runtime } = numbers()
    const letters: unknown[] = []
    const open = flow
      .through((n) => {
        if (n === 3) throw new Error('three')
        return n
      })
      .job()
      .open({ onDeadLetter: ({ error, record }) => letters.push([record, error.message]) })

    for (const n of [1, 2, 3, 4, 5]) void open.push(n)
    await runtime.settle()

    expect(await taken(open.results, 4)).toEqual([1, 2, 4, 5])
    expect(letters).toEqual([[3, 'three']])
  })

  it('1.3 cleanup: stop is done at once and says what it left; drain delivers what was queued', async () => {
    const start = () => {
      const { flow, runtime, slow } = numbers()
      const open = flow.through(slow(100)).job().open({ capacity: 1 })
      const outcomes = Promise.all([1, 2, 3, 4].map((n) => open.execute(n)))
      return { open, outcomes, runtime }
    }

    const one = start()
    await one.runtime.elapse(50)
    const stopped = one.open.stop()
    await one.runtime.elapse(199)
    const { state } = await stopped
    const other = start()
    await other.runtime.elapse(50)
    const drained = other.open.drain()
    await other.runtime.elapse(400)

    expect(state).toBe('stopped')
    expect((await one.outcomes).map(({ fate }) => fate)).toEqual([
      'used',
      'used',
      'dropped',
      'dropped',
    ])
    expect((await drained).state).toBe('completed')
    expect((await other.outcomes).map(({ fate }) => fate)).toEqual(['used', 'used', 'used', 'used'])
  })

  it('stop says how many pushed records it dropped', async () => {
    const { flow, runtime } = numbers()
    const open = flow.job().open({ capacity: 2 })
    const pushes = [1, 2, 3].map((n) => open.push(n))

    const ended = open.stop()
    await runtime.settle()

    expect((await ended).warnings).toEqual([
      '2 records that had been pushed waited in front of the job when it ended, and were dropped; drain() takes them.',
    ])
    expect(await Promise.all(pushes)).toEqual([true, true, false])
  })

  it('leaves no timer behind that would keep a process', async () => {
    const manual = createManualRuntime()
    const timers = new Set<object>()
    const timer = (delayMs: number, task: () => void): (() => void) => {
      const own = {}
      timers.add(own)
      const cancel = manual.timer(delayMs, () => {
        timers.delete(own)
        task()
      })
      return () => {
        timers.delete(own)
        cancel()
      }
    }
    const open = numbers({ runtime: { ...manual, timer } })
      .flow.job()
      .open()
    void open.execute(1)
    await manual.settle()

    const ended = open.stop()
    await manual.settle()

    expect((await ended).state).toBe('stopped')
    expect(timers.size).toBe(0)
  })

  it('abort is done at once, and tells all who wait', async () => {
    const { flow, runtime, slow } = numbers()
    const open = flow.through(slow(10_000)).job().open({ capacity: 1 })
    const told: string[] = []
    const tell = (error: unknown): void => void told.push(renderError(error).slice(0, 17))
    for (const n of [1, 2, 3, 4]) open.execute(n).catch(tell)
    open.push(5).catch(tell)
    await runtime.settle()

    open.abort()
    await runtime.settle()

    expect((await open.ended).state).toBe('failed')
    expect(told).toEqual(Array.from({ length: 5 }, () => 'error[JOB_CLOSED]'))
    expect(await open.push(9).catch(renderError)).toMatchInlineSnapshot(`
      "error[JOB_CLOSED]: Job "n" takes no more records: it was aborted.
        next Build or load the job again and open it."
    `)
  })

  it('results that nobody has read can be read after the end', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .through((n) => n)
      .job()
      .open()
    for (const n of [1, 2, 3]) void open.push(n)
    const ended = open.drain()
    await runtime.settle()
    await ended

    const all: number[] = []
    for await (const n of open.results) all.push(n)

    expect(all).toEqual([1, 2, 3])
  })

  it('1.3 forward: refuses what comes after the stop, or after a failure, with a typed error', async () => {
    const { flow, runtime } = numbers({ onError: 'fail' })
    const open = flow
      .through((n) => {
        if (n === 2) throw new Error('two')
        return n
      })
      .job()
      .open()

    const first = open.execute(1)
    const second = open.execute(2).catch(renderError)
    await runtime.settle()

    expect(await first).toEqual({ fate: 'used', results: [1] })
    expect(await second).toMatchInlineSnapshot(`
      "error[JOB_CLOSED]: Job "n" takes no more records: it has failed.
        next Mend what its cause says, then build or load the job again and open it."
    `)
    expect(await open.push(3).catch(renderError)).toBe(await second)
    const stopped = flow.job().open()
    const end = stopped.stop()
    await runtime.settle()
    await end
    expect(await stopped.push(1).catch(renderError)).toMatchInlineSnapshot(`
      "error[JOB_CLOSED]: Job "n" takes no more records: it was stopped.
        next Build or load the job again and open it."
    `)
  })
})

it('refuses a job that reads a source of its own, ran already, or has no room', () => {
  const { flow } = numbers()
  const job = flow.job()
  job.open()
  const thrown = (run: () => unknown): string => {
    try {
      run()
      return 'nothing'
    } catch (error) {
      return renderError(error)
    }
  }

  expect(thrown(() => job.open())).toContain('JOB_RAN')
  expect(thrown(() => flow.job().open({ capacity: 0 }))).toMatchInlineSnapshot(`
    "error[JOB_OPEN]: Job "n" cannot be opened: capacity must be a whole number of at least 1; got 0.
      next Leave it out for 4,096."
  `)
})

it('refuses options that cannot be', async () => {
  const { flow } = numbers()
  const results = 'some' as 'all'
  expect(() => flow.job().open({ results })).toThrow('results must be all or latest; got some.')

  const open = flow.job().open()
  await expect(open.push(1, { timeoutMs: Number.NaN })).rejects.toThrow(
    'timeoutMs must be a number of milliseconds from 0; got NaN.',
  )
  await expect(open.push(1, { timeoutMs: -1 })).rejects.toThrow('got -1.')
  open.abort()
})
