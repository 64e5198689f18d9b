import type { SourceBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generate, type GenerateParameters } from './generate.ts'

type Scope = Parameters<typeof generate.create>[0]

function check(input: unknown): { value?: GenerateParameters; issues?: unknown } {
  return generate.parameters['~standard'].validate(input) as { value: GenerateParameters }
}

async function* read(input: unknown, position?: unknown, signal = new AbortController().signal) {
  const parameters = check(input).value
  let now = 0
  const scope: Partial<Scope> & Pick<Scope, 'parameters'> = {
    parameters: parameters as GenerateParameters,
    clock: { now: () => now, monotonic: () => now },
    timer(delayMs, task) {
      now += delayMs
      queueMicrotask(task)
      return () => undefined
    },
  }
  const source = await generate.create(scope as Scope)
  for await (const batch of source.read('', position, { fields: undefined, signal })) {
    yield { ...batch, now }
  }
}

async function records(input: unknown, position?: unknown): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const batch of read(input, position)) values.push(...batch.values)
  return values
}

const every = {
  n: 'sequence',
  from: { sequence: { start: 10, step: -2 } },
  id: 'uuid',
  die: { integer: { min: 1, max: 6 } },
  share: { uniform: { min: 0, max: 0.5 } },
  height: { normal: { mean: 180, deviation: 10 } },
  letter: { choice: ['a', 'b', null] },
  coin: { choice: { head: 3, tail: 1, edge: 0 } },
  at: { time: { start: '2001-01-14T21:55:00Z', step: '1h' } },
  fixed: { constant: { a: [1] } },
}

describe('generate', () => {
  it('makes the same records for a seed, wherever reading starts', async () => {
    const all = await records({ count: 50, seed: 7, fields: every })

    await fc.assert(
      fc.asyncProperty(fc.nat(50), async (from) => {
        expect(await records({ count: 50, seed: 7, fields: every }, from)).toEqual(all.slice(from))
      }),
      { numRuns: 30 },
    )
  })

  it('makes other records for another seed', async () => {
    const one = await records({
      count: 5,
      seed: 1,
      fields: { die: { uniform: { min: 0, max: 1 } } },
    })
    const two = await records({
      count: 5,
      seed: 2,
      fields: { die: { uniform: { min: 0, max: 1 } } },
    })

    expect(one).not.toEqual(two)
  })

  it('makes default fields when only a count is given', async () => {
    const [first, second] = await records({ count: 2 })

    expect(first).toMatchObject({ id: 0, time: '2001-01-01T00:00:00.000Z' })
    expect(second).toMatchObject({ id: 1, time: '2001-01-01T00:00:01.000Z' })
  })

  it('keeps every kind of field within its bounds', async () => {
    const made = (await records({ count: 2000, fields: every })) as Record<string, unknown>[]

    expect(made[3]).toMatchObject({ n: 3, from: 4, at: '2001-01-15T00:55:00.000Z' })
    expect(made[3]?.['fixed']).toEqual({ a: [1] })
    expect(new Set(made.map((record) => record['die']))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    expect(
      made.every((record) => Number(record['share']) >= 0 && Number(record['share']) < 0.5),
    ).toBe(true)
    expect(new Set(made.map((record) => record['letter']))).toEqual(new Set(['a', 'b', null]))
    expect(new Set(made.map((record) => record['coin']))).toEqual(new Set(['head', 'tail']))
    expect(new Set(made.map((record) => record['id'])).size).toBe(2000)
    const form = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
    expect(made.every((record) => form.test(String(record['id'])))).toBe(true)
    const mean = made.reduce((sum, record) => sum + Number(record['height']), 0) / 2000
    expect(Math.abs(mean - 180)).toBeLessThan(1)
    const heads = made.filter((record) => record['coin'] === 'head').length
    expect(Math.abs(heads / 2000 - 0.75)).toBeLessThan(0.04)
  })

  it('sends at most 1,024 records in a batch, and where to go on', async () => {
    const batches: SourceBatch[] = []

    for await (const batch of read({ count: 1500 })) batches.push(batch)

    expect(batches.map((batch) => [batch.values.length, batch.position])).toEqual([
      [1024, 1024],
      [476, 1500],
    ])
    expect(batches[1]?.offsets?.[0]).toBe(1024)
  })

  it('makes so many records per second of the job', async () => {
    const times: number[] = []

    for await (const batch of read({ count: 5, rate: 2 })) times.push(batch.now)

    expect(times).toEqual([0, 500, 1000, 1500, 2000])
  })

  it('goes on without end until it is told to stop', async () => {
    const stop = new AbortController()
    let made = 0

    for await (const batch of read({}, undefined, stop.signal)) {
      made += batch.values.length
      if (made > 3000) stop.abort()
    }

    expect(made).toBe(3072)
    expect([generate.ends].map((ends) => typeof ends === 'function' && ends({} as never))).toEqual([
      false,
    ])
  })

  it('stops waiting at once and takes its timer back', async () => {
    const stop = new AbortController()
    let canceled = 0
    const scope: Partial<Scope> = {
      parameters: check({ rate: 0.001 }).value as GenerateParameters,
      clock: { now: () => 0, monotonic: () => 0 },
      timer: () => () => void canceled++,
    }
    const source = await generate.create(scope as Scope)
    let batches = 0

    for await (const batch of source.read('', undefined, {
      fields: undefined,
      signal: stop.signal,
    })) {
      batches += batch.values.length
      queueMicrotask(() => stop.abort())
    }

    expect(batches).toBe(1)
    expect(canceled).toBe(1)
  })

  it('takes names like __proto__ as names', async () => {
    const fields = JSON.parse('{"__proto__": {"constant": 1}}') as object

    const checked = check({ count: 1, fields })

    const [record] = checked.value === undefined ? [{}] : await records({ count: 1, fields })
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype)
  })

  it('refuses a foreign position', async () => {
    await expect(records({ count: 1 }, 'x')).rejects.toThrow(
      'A position of generated records is a count; got "x".',
    )
  })

  it('refuses impossible fields', () => {
    expect(check({ fields: { a: { integer: { min: 2, max: 1 } } } }).issues).toBeDefined()
    expect(check({ fields: { a: { time: { start: 'soon', step: '1s' } } } }).issues).toBeDefined()
    expect(
      check({ fields: { a: { time: { start: '2001-01-01', step: '1' } } } }).issues,
    ).toBeDefined()
    expect(check({ fields: { a: { choice: { x: 0 } } } }).issues).toBeDefined()
  })
})
