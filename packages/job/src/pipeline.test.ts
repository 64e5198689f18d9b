import { Readable } from 'node:stream'
import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { pipeline } from './pipeline.ts'

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

function thrownBy(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return renderError(error)
  }
}

function failsAtThree(value: number): number {
  if (value === 3) throw new Error('three')
  return value
}

async function untilFailure(run: AsyncIterable<number>) {
  const results: number[] = []
  try {
    for await (const result of run) results.push(result)
    return { results, failure: 'none' }
  } catch (error) {
    return { results, failure: String(error) }
  }
}

const tens = () =>
  pipeline('tens')
    .input<number>()
    .filter((value) => value % 2 === 0)
    .through((value) => value * 10)
    .job()

describe('a job built in code', () => {
  it('gives its results to whoever iterates', async () => {
    expect(await collect(tens().run([1, 2, 3, 4]))).toEqual([20, 40])
  })

  it('takes an empty input', async () => {
    expect(await collect(tens().run([]))).toEqual([])
  })

  it('takes async iterables and streams', async () => {
    async function* slowly(): AsyncGenerator<number> {
      yield 2
      await Promise.resolve()
      yield 4
    }

    expect(await collect(tens().run(slowly()))).toEqual([20, 40])
    expect(await collect(tens().run(Readable.from([6, 7, 8])))).toEqual([60, 80])
  })

  it.each([
    [null, 'null'],
    [5, 'number 5'],
    [{}, 'an object'],
  ])('refuses %j before anything starts', (input, got) => {
    expect(thrownBy(() => tens().run(input as never))).toBe(
      `error[JOB_INPUT]: Job "tens" reads an iterable of records; got ${got}.\n  next Pass an array, a generator, an async iterable or a Readable; one record alone as run([record]).`,
    )
  })

  it('refuses a text: its characters are never meant', () => {
    expect(thrownBy(() => tens().run('a\nb' as never))).toBe(
      'error[JOB_INPUT]: Job "tens" reads an iterable of records; got a text.\n  next Pass the records, such as text.split("\\n"); to read a file, give the job a source.',
    )
  })

  it('gives what was finished before a failure, then the failure', async () => {
    const jobs = [
      pipeline('late').input<number>().through(failsAtThree).job(),
      pipeline('late')
        .input<number>()
        .through((value) => value)
        .through((value) => Promise.resolve(failsAtThree(value)))
        .job(),
      pipeline('late')
        .input<number>()
        .through(failsAtThree, { id: 'a' })
        .filter(() => true)
        .job(),
    ]

    const ends = []
    for (const job of jobs) ends.push(await untilFailure(job.run([1, 2, 3, 4])))

    expect(ends).toEqual([
      { results: [1, 2], failure: expect.stringContaining('source#2: ENG_THROW: three') },
      { results: [1, 2], failure: expect.stringContaining('source#2: ENG_THROW: three') },
      { results: [], failure: expect.stringContaining('source#2: ENG_THROW: three') },
    ])
  })

  it('gives what was finished before a failure to a slow reader too', async () => {
    function* many(): Generator<number> {
      for (let value = 10_000; value >= 3; value--) yield value
    }
    const run = pipeline('late').input<number>().through(failsAtThree).job().run(many())

    const { results, failure } = await untilFailure(run)

    expect(results).toHaveLength(9_997)
    expect(results.at(-1)).toBe(4)
    expect(failure).toContain('source#9997: ENG_THROW: three')
  })

  it('does not wait for its reader once it is aborted', async () => {
    const job = pipeline('late').input<number>().through(failsAtThree).job()
    const results = job.run([1, 2, 3])[Symbol.asyncIterator]()
    await results.next()

    job.abort()
    const summary = await job.stop()

    expect(summary.state).toBe('failed')
  })

  it('loses nothing over many batches', async () => {
    function* many(): Generator<number> {
      for (let value = 0; value < 10_000; value++) yield value
    }

    const results = await collect(tens().run(many()))

    expect(results).toHaveLength(5_000)
    expect(results.at(-1)).toBe(99_980)
  })

  it('does not read ahead of a reader that stops', async () => {
    let read = 0
    function* endless(): Generator<number> {
      for (;;) yield read++
    }
    const job = tens()

    for await (const result of job.run(endless())) if (result === 100) break

    expect(read).toBeLessThan(30_000)
  })

  it('passes null and arrays as records', async () => {
    const job = pipeline('null')
      .input<number>()
      .through<unknown>((value) => (value === 1 ? null : [value]))
      .job()

    expect(await collect(job.run([1, 2]))).toEqual([null, [2]])
  })

  it('throws where it is iterated when a record fails', async () => {
    const job = pipeline('fails')
      .input<number>()
      .through((value) => {
        if (value === 2) throw new Error('two')
        return value
      })
      .job()

    await expect(collect(job.run([1, 2, 3]))).rejects.toMatchObject({
      message: expect.stringContaining('two'),
    })
  })

  it('says so when nobody reads its results', async () => {
    await expect(Promise.resolve(tens().run([1]))).rejects.toMatchObject({
      code: 'JOB_NO_SINK',
      message: 'Job "tens" has no sink, and nobody reads its results.',
    })
  })

  it('runs once', () => {
    const job = tens()
    job.run([])

    expect(() => job.run([])).toThrow('Job "tens" has already been started.')
  })

  it('needs an input', () => {
    expect(() => tens().run()).toThrow('Job "tens" has no source and run() got no input.')
  })

  it('cannot be stopped before it runs', () => {
    expect(() => tens().stop()).toThrow('Job "tens" has not been started.')
  })

  it('refuses an id that another stage has, and numbers those it makes itself', async () => {
    const flow = pipeline('ids').input<number>()
    const half = (value: number): number => value / 2

    expect(() => flow.through(half, { id: 'a' }).through(half, { id: 'a' })).toThrow(
      'The id "a" is taken: a source, sink or stage of the job has it.',
    )
    expect(() => flow.through(half, { id: 'sink' })).toThrow('The id "sink" is taken')
    expect(await collect(flow.through(half).through(half).job().run([8]))).toEqual([2])
  })
})
