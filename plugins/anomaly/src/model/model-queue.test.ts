import { messageOf } from '@millrace/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Model } from './model.ts'
import { ModelQueue } from './model-queue.ts'

const shape = { window: 2, dimensions: 1, size: 1 }
const never = new AbortController().signal

/** Gives the sum of each window, when told to. */
class Adder implements Model {
  readonly id = 'adder'
  readonly batches: number[] = []
  isClosed = false
  readonly #ready: (() => void)[] = []

  async run(windows: Float32Array, count: number, signal: AbortSignal): Promise<Float32Array> {
    this.batches.push(count)
    await new Promise<void>((resolve, reject) => {
      this.#ready.push(resolve)
      signal.addEventListener('abort', () => reject(new Error('Nobody waits.')))
    })
    return Float32Array.from({ length: count }, (_, at) => {
      return (windows[2 * at] as number) + (windows[2 * at + 1] as number)
    })
  }

  /** Lets what it has in hand go on, and what that leads to. */
  async answer(): Promise<void> {
    for (const ready of this.#ready.splice(0)) ready()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }

  close(): void {
    this.isClosed = true
  }
}

function queueOf(model: Model, most = 3) {
  const failures: unknown[] = []
  return { failures, queue: new ModelQueue(model, shape, most, (error) => failures.push(error)) }
}

describe('a queue of windows', () => {
  it('gives each its own answer, whatever comes when, in batches of at most so many', async () => {
    const waves = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(waves, fc.integer({ min: 1, max: 4 }), async (sizes, most) => {
        const model = new Adder()
        const { queue } = queueOf(model, most)
        const answers: Promise<Float32Array | undefined>[] = []
        for (const size of sizes) {
          for (let one = 0; one < size; one++) {
            answers.push(queue.ask(Float32Array.of(answers.length, 0.5), never))
          }
          await model.answer()
        }
        for (let more = 0; more <= answers.length; more++) await model.answer()

        const found = await Promise.all(answers)
        expect(found.map((values) => values?.[0])).toEqual(answers.map((_, at) => at + 0.5))
        expect(Math.max(0, ...model.batches)).toBeLessThanOrEqual(most)
      }),
      { numRuns: 100 },
    )
  })

  it('takes along what comes in the same turn, and then what came meanwhile', async () => {
    const model = new Adder()
    const { queue } = queueOf(model, 10)
    const ask = () => void queue.ask(Float32Array.of(1, 1), never)

    ask()
    ask()
    await model.answer()
    ask()
    ask()
    ask()
    await model.answer()
    await model.answer()

    expect(model.batches).toEqual([2, 3])
  })

  it('says nothing of what the model fails at, and goes on', async () => {
    let isBroken = true
    const model: Model = {
      id: 'broken',
      run: async (windows) => {
        if (isBroken) throw new Error('No.')
        return windows.slice(0, 1)
      },
      close() {},
    }
    const { failures, queue } = queueOf(model)

    const first = await queue.ask(Float32Array.of(1, 2), never)
    isBroken = false
    const second = await queue.ask(Float32Array.of(1, 2), never)

    expect(first).toBeUndefined()
    expect(second).toEqual(Float32Array.of(1))
    expect(failures).toEqual([new Error('No.')])
  })

  it('says nothing of what is answered with too much or too little', async () => {
    const sizes = [1, 3, 4]
    const model: Model = {
      id: 'wrong',
      run: async () => new Float32Array(sizes.shift() ?? 2),
      close() {},
    }
    const { failures, queue } = queueOf(model)
    const pair = async () => {
      const both = [
        queue.ask(Float32Array.of(1, 2), never),
        queue.ask(Float32Array.of(3, 4), never),
      ]
      return Promise.all(both)
    }

    const answers = [await pair(), await pair(), await pair(), await pair()]

    const none = [undefined, undefined]
    expect(answers).toEqual([none, none, none, [Float32Array.of(0), Float32Array.of(0)]])
    expect(failures.map(messageOf)).toEqual([
      'The model answered with 1 number for 2 windows, not 2.',
      'The model answered with 3 numbers for 2 windows, not 2.',
      'The model answered with 4 numbers for 2 windows, not 2.',
    ])
  })

  it('tells of a model that says nothing in time', async () => {
    const { failures, queue } = queueOf(new Adder())
    const end = new AbortController()
    const asked = queue.ask(Float32Array.of(1, 2), end.signal)
    await Promise.resolve()

    end.abort()

    expect(await asked).toBeUndefined()
    await Promise.resolve()
    expect(failures.map(messageOf)).toEqual(['The model answered with nothing in time.'])
  })

  it('lets a model rest that says nothing in time: twice as long each time, until it answers', async () => {
    const model = new Adder()
    let now = 0
    const failures: unknown[] = []
    const rest = { now: () => now, firstMs: 10 }
    const queue = new ModelQueue(model, shape, 3, (error) => failures.push(error), rest)
    const ask = (end = new AbortController()) => {
      return { end, asked: queue.ask(Float32Array.of(1, 2), end.signal) }
    }
    const cut = async () => {
      const [one, ...others] = [ask(), ask(), ask(), ask()]
      await Promise.resolve()
      for (const { end } of others) end.abort()
      one?.end.abort()
      return Promise.all([one?.asked, ...others.map(({ asked }) => asked)])
    }
    const told: unknown[] = []
    const look = async (at: number) => {
      now = at
      const { asked } = ask()
      await model.answer()
      await model.answer()
      told.push([at, (await asked)?.[0]])
    }

    await cut()
    await look(9)
    now = 10
    await cut()
    await look(29)
    await look(30)
    await cut()
    await look(39)
    await look(40)

    expect(told).toEqual([
      [9, undefined],
      [29, undefined],
      [30, 3],
      [39, undefined],
      [40, 3],
    ])
  })

  it('says nothing of windows for which the model gives no number, and what it gives of the others', async () => {
    const model: Model = {
      id: 'odd',
      run: async () => Float32Array.of(1, Number.NaN, Infinity),
      close() {},
    }
    const { failures, queue } = queueOf(model)

    const asked = [1, 2, 3].map((value) => queue.ask(Float32Array.of(value, 0), never))

    expect(await Promise.all(asked)).toEqual([Float32Array.of(1), undefined, undefined])
    expect(failures.map(messageOf)).toEqual([
      'The model answered with NaN or infinite numbers for 2 of 3 windows.',
    ])
  })

  it('closes the model when that is done with what it has in hand, and asks it nothing more', async () => {
    const events: string[] = []
    let done = (): void => {}
    const model: Model = {
      id: 'slow',
      run: async () => {
        events.push('begun')
        await new Promise<void>((resolve) => (done = resolve))
        events.push('done')
        return Float32Array.of(1)
      },
      close: () => void events.push('closed'),
    }
    const { failures, queue } = queueOf(model, 1)
    const asked = [0, 1].map(() => queue.ask(Float32Array.of(1, 2), never))
    await Promise.resolve()

    const closing = queue.close()
    await Promise.resolve()
    done()
    await closing
    const after = await queue.ask(Float32Array.of(1, 2), never)

    expect(events).toEqual(['begun', 'done', 'closed'])
    expect(await asked[1]).toBeUndefined()
    expect(after).toBeUndefined()
    expect(failures).toEqual([])
  })

  it('lets go of what nobody waits for, and of the model with its last', async () => {
    const model = new Adder()
    const { queue } = queueOf(model)
    const end = new AbortController()
    const asked = queue.ask(Float32Array.of(1, 2), end.signal)
    await Promise.resolve()

    end.abort()

    expect(await asked).toBeUndefined()
    await model.answer()
    await queue.close()
    expect(model.isClosed).toBe(true)
  })
})
