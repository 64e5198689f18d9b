import { isDeepStrictEqual } from 'node:util'
import type { SinkInstance, SinkToken } from '@millrace/sdk'
import fc, { type Arbitrary } from 'fast-check'
import { demand, shown } from '../law.ts'
import { type PlacedSink, write } from './placed-sink.ts'

const ends = [
  'open',
  'committed',
  'committedTwice',
  'stopped',
  'aborted',
  'abortedPrepared',
  'abortedDurable',
  'killed',
  'killedPrepared',
  'killedDurable',
  'killedCommitted',
  'killedRecovered',
] as const

/** Some records of a job with checkpoints, and what happens behind them. */
export interface Round {
  readonly count: number
  readonly end: (typeof ends)[number]
}

/** What may happen to a sink in a job with checkpoints. */
export const checkpointScripts: Arbitrary<readonly Round[]> = fc.array(
  fc.record({ count: fc.nat({ max: 5 }), end: fc.constantFrom(...ends) }),
  { maxLength: 8 },
)

interface Checkpoint {
  readonly number: number
  readonly token: SinkToken
  /** Records that it had been given, and those of them that it took. */
  readonly at: number
  readonly accepted: readonly unknown[]
}

/** A sink in a job with checkpoints that is killed, stopped and goes on, as the engine does it. */
export class CheckpointedRun<P> {
  readonly #placed: PlacedSink<P>
  readonly #records: readonly unknown[]
  #instance: SinkInstance = { write: () => undefined }
  #number = 0
  #at = 0
  #accepted: readonly unknown[] = []
  #durable: Checkpoint | undefined

  constructor(placed: PlacedSink<P>, records: readonly unknown[]) {
    this.#placed = placed
    this.#records = records
  }

  /** Opens the sink. A job begins with a checkpoint, so that there is always one to go back to. */
  async begin(): Promise<void> {
    this.#instance = await this.#placed.open()
    const missing = (['prepare', 'recover'] as const).filter((name) => !(name in this.#instance))
    demand(
      missing.length === 0,
      () => `It says that it delivers exactly once, and has no ${missing.join(' and no ')}.`,
    )
    await this.#checkpoint(false)
  }

  async round({ count, end }: Round): Promise<void> {
    await this.#write(count)
    if (end === 'open') return undefined
    if (end === 'committed') return this.#checkpoint(false)
    if (end === 'stopped') return this.#stop()
    if (end.includes('Prepared')) await this.#prepare(false)
    else if (end !== 'aborted' && end !== 'killed' && end !== 'killedRecovered') {
      await this.#settle(end)
    }
    if (end === 'committedTwice') return undefined
    if (end.startsWith('aborted')) return this.#abort()
    await this.#kill()
    if (end === 'killedRecovered') await this.#kill()
    return undefined
  }

  /** Writes what is left and ends in good order; resolves to the records that it took. */
  async end(): Promise<readonly unknown[]> {
    await this.#write(this.#records.length)
    await this.#checkpoint(true)
    await this.#instance.close?.()
    return this.#accepted
  }

  async #stop(): Promise<void> {
    await this.#checkpoint(true)
    await this.#instance.close?.()
    await this.#goOn()
  }

  async #abort(): Promise<void> {
    await this.#instance.abort?.()
    await this.#instance.close?.()
    await this.#goOn()
  }

  /** A durable checkpoint, committed or not. */
  async #settle(end: Round['end']): Promise<void> {
    this.#durable = await this.#prepare(false)
    if (end.endsWith('Durable')) return
    await this.#instance.commit?.(this.#durable.token)
    if (end === 'committedTwice') await this.#instance.commit?.(this.#durable.token)
  }

  async #checkpoint(final: boolean): Promise<void> {
    this.#durable = await this.#prepare(final)
    await this.#instance.commit?.(this.#durable.token)
  }

  async #prepare(final: boolean): Promise<Checkpoint> {
    const token = await this.#instance.prepare?.({ checkpoint: ++this.#number, final })
    const plain: unknown = JSON.parse(JSON.stringify(token ?? null))
    demand(
      isDeepStrictEqual(plain, token),
      () => `Its token is no JSON data: ${shown(token)} is read as ${shown(plain)}.`,
    )
    return {
      number: this.#number,
      token: plain as SinkToken,
      at: this.#at,
      accepted: this.#accepted,
    }
  }

  async #write(count: number): Promise<void> {
    const records = this.#records.slice(this.#at, this.#at + count)
    const { accepted } = await write(
      this.#instance,
      records,
      { sizes: [3], flushes: false },
      this.#at,
    )
    this.#at += records.length
    this.#accepted = [...this.#accepted, ...accepted]
  }

  async #kill(): Promise<void> {
    await this.#placed.place.killed?.()
    await this.#goOn()
  }

  /** A new instance goes on from the last durable checkpoint. */
  async #goOn(): Promise<void> {
    // A checkpoint that was never durable has no number: the next one has it.
    this.#number = this.#durable?.number ?? 0
    this.#at = this.#durable?.at ?? 0
    this.#accepted = this.#durable?.accepted ?? []
    this.#instance = await this.#placed.create(true)
    await this.#instance.open?.()
    await this.#instance.recover?.(this.#durable?.token)
  }
}
