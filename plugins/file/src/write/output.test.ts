import { describe, expect, it } from 'vitest'
import { createEncoder } from './create-encoder.ts'
import { Output, type Target } from './output.ts'

/** A target whose writes end when they are told to. */
class SlowTarget implements Target {
  readonly keeps: boolean = true
  readonly crc = undefined
  readonly isOurs = true
  readonly pieces: string[] = []
  readonly #ends: ((error?: Error) => void)[] = []
  size = 0

  write(bytes: Buffer): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    this.#ends.push((error) => {
      this.pieces.push(bytes.toString())
      this.size += bytes.length
      if (error === undefined) resolve()
      else reject(error)
    })
    return promise
  }

  /** Ends the write that is on its way, or the next one. */
  async end(failure?: Error): Promise<void> {
    while (this.#ends.length === 0) await Promise.resolve()
    this.#ends.shift()?.(failure)
  }

  async suspend(): Promise<void> {}
  async sync(): Promise<number> {
    return this.size
  }
  async keep(): Promise<void> {}
  async commit(): Promise<void> {}
  async abort(): Promise<void> {}
}

function outputOf(target: Target): Output {
  const format = { format: 'jsonl', gzip: false, delimiter: ',' } as const
  return new Output(target, createEncoder(format, { isContinued: false }), false)
}

describe('an output', () => {
  it('takes records while a piece is on its way, and waits before it writes the next one', async () => {
    const target = new SlowTarget()
    const output = outputOf(target)
    output.add({ a: 1 })

    expect(output.push()).toBeUndefined()
    output.add({ a: 2 })
    const second = output.push()
    output.add({ a: 3 })
    expect(target.pieces).toEqual([])
    await target.end()
    await second
    expect(target.pieces).toEqual(['{"a":1}\n'])
    await target.end()
    await output.flush()

    expect(target.pieces).toEqual(['{"a":1}\n', '{"a":2}\n{"a":3}\n'])
  })

  it('tells whoever comes next of a piece that failed', async () => {
    const target = new SlowTarget()
    const output = outputOf(target)
    output.add(1)
    void output.push()
    output.add(2)

    const next = output.push()
    await target.end(new Error('no space left'))

    await expect(next).rejects.toThrow('no space left')
  })

  it('counts what was on its way as lost where the file keeps what was written', async () => {
    const target = new SlowTarget()
    const output = outputOf(target)
    for (const value of [1, 2]) output.add(value)
    const flushed = output.flush()
    await target.end()
    await flushed
    for (const value of [3, 4, 5]) output.add(value)
    void output.push()
    output.add(6)

    const lost = output.abort()
    await target.end(new Error('no space left'))

    expect(await lost).toBe(4)
  })

  it('keeps no room for a record of unusual size', async () => {
    const target = new SlowTarget()
    const output = outputOf(target)
    const long = 'é'.repeat(1_000_000)
    output.add(long)
    void output.push()
    await target.end()
    output.add('short')
    const flushed = output.flush()
    await target.end()
    await flushed

    expect(target.pieces).toEqual([`"${long}"\n`, '"short"\n'])
  })
})
